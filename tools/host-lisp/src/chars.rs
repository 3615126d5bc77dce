//! Characters: case, digits, names.

/// The upper-case character, if that is a single one.
pub(crate) fn upcase(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut it = c.to_uppercase();
    match (it.next(), it.next()) {
        (Some(u), None) => u,
        _ => c,
    }
}

/// The lower-case character, if that is a single one.
pub(crate) fn downcase(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let mut it = c.to_lowercase();
    match (it.next(), it.next()) {
        (Some(u), None) => u,
        _ => c,
    }
}

const NAMES: &[(&str, u32)] = &[
    ("Space", 32),
    ("Newline", 10),
    ("Linefeed", 10),
    ("Tab", 9),
    ("Page", 12),
    ("Return", 13),
    ("Rubout", 127),
    ("Delete", 127),
    ("Backspace", 8),
    ("Null", 0),
    ("Nul", 0),
    ("Altmode", 27),
    ("Escape", 27),
    ("Esc", 27),
    ("Bell", 7),
];

/// The name of a character that is not graphic.
pub(crate) fn name(c: char) -> Option<String> {
    let code = c as u32;
    if let Some((n, _)) = NAMES.iter().find(|(_, k)| *k == code) {
        return Some((*n).to_string());
    }
    if c.is_control() || (code >= 0x80 && c.is_whitespace()) {
        return Some(format!("U{code:04X}"));
    }
    None
}

/// The character with a name.
pub(crate) fn named(s: &str) -> Option<char> {
    if let Some((_, k)) = NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(s)) {
        return char::from_u32(*k);
    }
    let hex = s.strip_prefix(['U', 'u'])?;
    let hex = hex.strip_prefix('+').unwrap_or(hex);
    if hex.len() < 2 {
        return None;
    }
    char::from_u32(u32::from_str_radix(hex, 16).ok()?)
}
