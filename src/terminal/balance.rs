//! Does a text end inside a form? Asked by the line editor, to go on to another line
//! instead of handing over half a form. The machine reads for itself; this only counts.

/// Is there an open parenthesis, string, `|name|` or `#|comment|#` at the end of `text`?
pub fn is_open(text: &str) -> bool {
    let mut depth = 0usize;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' => while rest.next_if(|c| *c != '\n').is_some() {},
            '\\' => drop(rest.next()),
            '"' | '|' => loop {
                match rest.next() {
                    None => return true,
                    Some('\\') => drop(rest.next()),
                    Some(end) if end == c => break,
                    Some(_) => {}
                }
            },
            '#' => match rest.peek() {
                Some('\\') => {
                    rest.next();
                    rest.next();
                }
                Some('|') => {
                    rest.next();
                    if !skip_comment(&mut rest) {
                        return true;
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    depth > 0
}

/// Skips to the end of a `#|` comment, nested ones included; false when there is none.
fn skip_comment(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let mut depth = 1;
    while let Some(c) = rest.next() {
        if c == '|' && rest.next_if_eq(&'#').is_some() {
            depth -= 1;
            if depth == 0 {
                return true;
            }
        } else if c == '#' && rest.next_if_eq(&'|').is_some() {
            depth += 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_forms_are_open_and_others_are_not() {
        for open in [
            "(a", "(a \")\"", "\"x", "|a b", "#| x |", "(a ; )", "(a #\\)", "((a)",
        ] {
            assert!(is_open(open), "{open}");
        }
        for closed in [
            "",
            "a",
            "(a)",
            ")",
            "\"(\"",
            "#\\(",
            "; (",
            "#| ( #| |# |#",
            "|(|",
            ":bt",
            "(a) (b)",
        ] {
            assert!(!is_open(closed), "{closed}");
        }
    }
}
