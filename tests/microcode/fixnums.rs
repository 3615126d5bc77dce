//! Fixnum arithmetic and comparison.

use crate::harness::{Setup, fixnums, tables};
use genband::image::ImageBuilder;

fn run(code: &[(&str, i32)]) -> Vec<u32> {
    let mut code = code.to_vec();
    code.push(("%halt", 0));
    let image = ImageBuilder::new(tables());
    Setup::default().run_code(image, &code).stack(1)
}

#[test]
fn small_sums() {
    assert_eq!(
        run(&[("push-fixnum", 3), ("push-fixnum", 4), ("add", 0)]),
        fixnums(&[7])
    );
    assert_eq!(
        run(&[("push-fixnum", 3), ("push-negative", 4), ("add", 0)]),
        fixnums(&[-2])
    );
    assert_eq!(
        run(&[("push-negative", 0), ("push-fixnum", 9), ("subtract", 0)]),
        fixnums(&[-10])
    );
}
