//! The clock: bus time, the date, an interval timer.
//!
//! The Lambda took the time of day from a chip on the SDU and its ticks from the
//! same place. Here the date is one sample of the host's clock, which enters at
//! power-up like any other event; what happens later is counted in bus time.

use super::{InterruptLine, Wires, wires::CYCLES_PER_MICROSECOND};
use boards::clock as reg;
use serde::{Deserialize, Serialize};

/// A sample of the host's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    /// Seconds since 1900-01-01 00:00 UTC.
    pub universal_time: u64,
    /// Microseconds of that second.
    pub microseconds: u32,
}

/// The clock.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Clock {
    date: Date,
    latched_high: u32,
    interval: u32,
    /// Bus time, in cycles, at which the timer expires.
    expiry: Option<u64>,
    expired: bool,
    line: InterruptLine,
}

impl Clock {
    fn settle(&mut self, wires: &mut Wires) {
        let condition = if self.expired {
            reg::CONTROL_INTERRUPT
        } else {
            0
        };
        self.line.settle(condition, wires);
    }

    fn start(&mut self, from: u64) {
        let length = u64::from(self.interval) * CYCLES_PER_MICROSECOND;
        self.expiry = (self.interval != 0).then_some(from + length);
    }

    /// Reads a register.
    pub fn read(&mut self, register: u32, wires: &mut Wires) -> u32 {
        if register == reg::TIME_LOW {
            self.latched_high = (wires.microseconds() >> 32) as u32;
        }
        self.inspect(register, wires)
    }

    /// Writes a register.
    pub fn write(&mut self, register: u32, data: u32, wires: &mut Wires) {
        match register {
            reg::INTERVAL => {
                self.interval = data;
                self.start(wires.now);
                wires.attention = true;
            }
            reg::CONTROL => self.line.control = data,
            reg::INTERRUPT_ADDRESS => self.line.address = data,
            reg::ACKNOWLEDGE => self.expired = false,
            _ => {}
        }
        self.settle(wires);
    }

    /// Looks at a register.
    pub fn inspect(&self, register: u32, wires: &Wires) -> u32 {
        match register {
            reg::TIME_LOW => wires.microseconds() as u32,
            reg::TIME_HIGH => self.latched_high,
            reg::DATE_LOW => self.date.universal_time as u32,
            reg::DATE_HIGH => (self.date.universal_time >> 32) as u32,
            reg::DATE_FRACTION => self.date.microseconds,
            reg::INTERVAL => self.interval,
            reg::STATUS => {
                (u32::from(self.expired) * reg::STATUS_EXPIRED)
                    | (u32::from(self.expiry.is_some()) * reg::STATUS_RUNNING)
            }
            reg::CONTROL => self.line.control,
            reg::INTERRUPT_ADDRESS => self.line.address,
            reg::REMAINING => {
                let cycles = self
                    .expiry
                    .map_or(0, |expiry| expiry.saturating_sub(wires.now));
                cycles.div_ceil(CYCLES_PER_MICROSECOND) as u32
            }
            _ => 0,
        }
    }

    /// Takes the sample of the host's clock.
    pub fn receive(&mut self, date: Date) {
        self.date = date;
    }

    /// When the timer will expire, in cycles of bus time.
    pub fn due(&self) -> Option<u64> {
        self.expiry
    }

    /// Lets the timer expire if its time has come.
    pub fn advance(&mut self, wires: &mut Wires) {
        let Some(expiry) = self.expiry.filter(|expiry| *expiry <= wires.now) else {
            return;
        };
        self.expiry = None;
        self.expired = true;
        if self.line.control & reg::CONTROL_REPEAT != 0 {
            // Expiries that were missed are not made up for, but the beat is kept.
            let length = u64::from(self.interval) * CYCLES_PER_MICROSECOND;
            let missed = (wires.now - expiry) / length;
            self.start(expiry + missed * length);
        }
        wires.happened();
        self.settle(wires);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_bus_time() {
        let (mut clock, mut wires) = (Clock::default(), Wires::default());
        wires.now = 5 * ((7 << 32) + 3);
        assert_eq!(clock.read(reg::TIME_HIGH, &mut wires), 0, "not latched yet");
        assert_eq!(clock.read(reg::TIME_LOW, &mut wires), 3);
        assert_eq!(clock.read(reg::TIME_HIGH, &mut wires), 7);
    }

    #[test]
    fn the_timer_expires_once_and_interrupts() {
        let (mut clock, mut wires) = (Clock::default(), Wires::default());
        wires.now = 100;
        clock.write(reg::INTERRUPT_ADDRESS, 0xf000_0008, &mut wires);
        clock.write(reg::CONTROL, reg::CONTROL_INTERRUPT, &mut wires);
        clock.write(reg::INTERVAL, 20, &mut wires);
        assert!(wires.attention);
        assert_eq!(clock.due(), Some(200));
        wires.now = 199;
        clock.advance(&mut wires);
        assert!(wires.interrupts.is_empty());
        assert_eq!(clock.inspect(reg::REMAINING, &wires), 1);
        wires.now = 200;
        clock.advance(&mut wires);
        assert_eq!(wires.interrupts, [0xf000_0008]);
        assert_eq!(clock.inspect(reg::STATUS, &wires), reg::STATUS_EXPIRED);
        clock.write(reg::ACKNOWLEDGE, 1, &mut wires);
        assert_eq!(clock.inspect(reg::STATUS, &wires), 0);
        assert_eq!(clock.due(), None);
    }

    #[test]
    fn a_repeating_timer_keeps_its_beat() {
        let (mut clock, mut wires) = (Clock::default(), Wires::default());
        clock.write(reg::CONTROL, reg::CONTROL_REPEAT, &mut wires);
        clock.write(reg::INTERVAL, 10, &mut wires);
        wires.now = 52;
        clock.advance(&mut wires);
        assert_eq!(clock.due(), Some(100));
        wires.now = 217;
        clock.advance(&mut wires);
        assert_eq!(clock.due(), Some(250));
        clock.write(reg::INTERVAL, 0, &mut wires);
        assert_eq!(clock.due(), None);
    }
}
