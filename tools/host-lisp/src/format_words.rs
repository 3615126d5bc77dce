//! Numbers in English words and roman numerals, for `~r`.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const SCALES: [&str; 8] = [
    "",
    " thousand",
    " million",
    " billion",
    " trillion",
    " quadrillion",
    " quintillion",
    " sextillion",
];

fn under_thousand(n: usize) -> String {
    let mut parts = Vec::new();
    if n >= 100 {
        parts.push(format!("{} hundred", ONES[n / 100]));
    }
    let r = n % 100;
    if r >= 20 {
        let mut t = TENS[r / 10].to_string();
        if !r.is_multiple_of(10) {
            t.push('-');
            t.push_str(ONES[r % 10]);
        }
        parts.push(t);
    } else if r > 0 {
        parts.push(ONES[r].to_string());
    }
    parts.join(" ")
}

/// An integer in words, if there are words for it.
pub(crate) fn cardinal(n: &BigInt) -> Option<String> {
    if n.is_zero() {
        return Some("zero".into());
    }
    let mut groups = Vec::new();
    let mut rest = n.abs();
    let k = BigInt::from(1000);
    while !rest.is_zero() {
        groups.push((&rest % &k).to_usize()?);
        rest /= &k;
    }
    let mut parts = Vec::new();
    for (i, g) in groups.iter().enumerate().rev() {
        if *g > 0 {
            parts.push(format!("{}{}", under_thousand(*g), SCALES.get(i)?));
        }
    }
    let sign = if n.is_negative() { "minus " } else { "" };
    Some(format!("{sign}{}", parts.join(" ")))
}

/// The ordinal of a number in words.
pub(crate) fn ordinal(t: &str) -> String {
    let cut = t.rfind([' ', '-']).map_or(0, |i| i + 1);
    let (front, last) = t.split_at(cut);
    let word = match last {
        "one" => "first".into(),
        "two" => "second".into(),
        "three" => "third".into(),
        "five" => "fifth".into(),
        "eight" => "eighth".into(),
        "nine" => "ninth".into(),
        "twelve" => "twelfth".into(),
        w => match w.strip_suffix('y') {
            Some(s) => format!("{s}ieth"),
            None => format!("{w}th"),
        },
    };
    format!("{front}{word}")
}

/// A roman numeral, the old way (IIII) if asked.
pub(crate) fn roman(mut n: usize, old: bool) -> String {
    const NEW: [(usize, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut t = String::new();
    for (v, s) in NEW {
        if old && s.len() == 2 {
            continue;
        }
        while n >= v {
            t.push_str(s);
            n -= v;
        }
    }
    t
}
