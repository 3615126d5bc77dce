//! The tables in `docs/micro-architecture.md` are the tables of this crate.
//!
//! Between `<!-- table: NAME -->` and the next blank line the page must have
//! exactly the rows that this test derives. To accept new ones, run it with
//! `UPDATE_DOCUMENT=1`.

use microword::{
    ALU_FUNCTIONS, Boards, CDR_CODES, Class, DATA_TYPES, DESTINATIONS, DISPATCH_WORD, DP_MODE,
    FIELDS, JUMP_CONDITIONS, Layout, MAP_LEVEL_1, MAP_LEVEL_2, MAP_PAGE, OUTPUT_SELECTORS,
    Q_CONTROLS, RG_MODE, SOURCES,
};
use std::path::PathBuf;

fn page() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/micro-architecture.md")
}

fn table(header: &str, rows: impl Iterator<Item = String>) -> Vec<String> {
    let columns = header.matches('|').count() - 1;
    let rule = format!("|{}", "---|".repeat(columns));
    [header.to_string(), rule].into_iter().chain(rows).collect()
}

fn bits(high: u32, low: u32) -> String {
    if high == low {
        high.to_string()
    } else {
        format!("{high}:{low}")
    }
}

fn fields(classes: &'static [Class]) -> Vec<String> {
    let rows = FIELDS
        .iter()
        .filter(move |field| classes.contains(&field.class));
    table(
        "| bits | field | meaning |",
        rows.map(|field| {
            format!(
                "| {} | {} | {} |",
                bits(field.high, field.low),
                field.name,
                field.meaning
            )
        }),
    )
}

fn layout(layout: Layout) -> Vec<String> {
    table(
        "| bits | field | meaning |",
        layout.iter().map(|field| {
            format!(
                "| {} | {} | {} |",
                bits(field.high, field.low),
                field.name,
                field.meaning
            )
        }),
    )
}

fn names(name: &str, aliases: &[&str]) -> String {
    if aliases.is_empty() {
        name.to_string()
    } else {
        format!("{name} ({})", aliases.join(", "))
    }
}

fn sources(wanted: impl Fn(Boards) -> bool) -> Vec<String> {
    let rows: Vec<_> = SOURCES.iter().filter(|row| wanted(row.board)).collect();
    table(
        "| code | source | reads |",
        rows.into_iter().map(|row| {
            let codes: Vec<String> = row.codes.iter().map(|code| format!("{code:o}")).collect();
            format!(
                "| {} | {} | {} |",
                codes.join(", "),
                names(row.name, row.aliases),
                row.meaning
            )
        }),
    )
}

fn destinations(wanted: impl Fn(Boards) -> bool) -> Vec<String> {
    let rows: Vec<_> = DESTINATIONS
        .iter()
        .filter(|row| wanted(row.board))
        .collect();
    table(
        "| code | destination | writes or starts |",
        rows.into_iter().map(|row| {
            format!(
                "| {:o} | {} | {} |",
                row.code,
                names(row.name, row.aliases),
                row.meaning
            )
        }),
    )
}

fn rows(name: &str) -> Vec<String> {
    let coded = |code: u64, name: &str, meaning: &str| format!("| {code:o} | {name} | {meaning} |");
    match name {
        "common" => fields(&[Class::Common]),
        "destination" => fields(&[Class::Destination]),
        "alu" => fields(&[Class::Alu]),
        "byte" => fields(&[Class::Byte]),
        "jump" => fields(&[Class::Jump]),
        "dispatch" => fields(&[Class::Dispatch]),
        "functions" => table(
            "| code | function | computes |",
            ALU_FUNCTIONS
                .iter()
                .map(|f| coded(f.code(), f.name(), f.meaning())),
        ),
        "outputs" => table(
            "| code | output | result |",
            OUTPUT_SELECTORS
                .iter()
                .map(|o| coded(o.code(), o.name(), o.meaning())),
        ),
        "q" => table(
            "| code | Q control | effect |",
            Q_CONTROLS
                .iter()
                .map(|q| coded(q.code(), q.name(), q.meaning())),
        ),
        "conditions" => table(
            "| code | condition | true when |",
            JUMP_CONDITIONS
                .iter()
                .map(|c| coded(c.code(), c.name(), c.meaning())),
        ),
        "sources" => sources(|board| board.is_empty()),
        "board sources" => sources(|board| !board.is_empty()),
        "destinations" => destinations(|board| board.is_empty()),
        "board destinations" => destinations(|board| !board.is_empty()),
        "rg-mode" => layout(RG_MODE),
        "dp-mode" => layout(DP_MODE),
        "level 1" => layout(MAP_LEVEL_1),
        "level 2" => layout(MAP_LEVEL_2),
        "page" => layout(MAP_PAGE),
        "dispatch word" => layout(DISPATCH_WORD),
        "data types" => table(
            "| code | data type | is |",
            DATA_TYPES
                .iter()
                .map(|d| format!("| {} | {} | {} |", d.code(), d.name(), d.meaning())),
        ),
        "cdr codes" => table(
            "| code | cdr code | means |",
            CDR_CODES
                .iter()
                .map(|c| format!("| {} | {} | {} |", c.code(), c.name(), c.meaning())),
        ),
        other => panic!("no table is called {other}"),
    }
}

/// The page with every table replaced by what it must be.
fn regenerated(text: &str) -> String {
    let mut result = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        result.push(line.to_string());
        if let Some(name) = line
            .strip_prefix("<!-- table: ")
            .and_then(|rest| rest.strip_suffix(" -->"))
        {
            result.extend(rows(name));
            for old in lines.by_ref() {
                if old.is_empty() {
                    result.push(String::new());
                    break;
                }
            }
        }
    }
    result.join("\n") + "\n"
}

#[test]
fn the_page_has_the_tables() {
    let text = std::fs::read_to_string(page()).expect("docs/micro-architecture.md can be read");
    let wanted = regenerated(&text);
    if std::env::var_os("UPDATE_DOCUMENT").is_some() {
        std::fs::write(page(), wanted).expect("docs/micro-architecture.md can be written");
        return;
    }
    for (number, (found, expected)) in text.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(
            found,
            expected,
            "docs/micro-architecture.md, line {}",
            number + 1
        );
    }
    assert_eq!(text.lines().count(), wanted.lines().count());
}
