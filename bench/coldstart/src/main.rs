//! Starts each function again and again, as Lambda starts it, and measures the time from the start of
//! the process to its first poll of the Runtime API, and to its first answer. Prints markdown.

mod rounds;
mod table;

use std::path::PathBuf;

use rounds::Bench;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(binaries), Some(count)) = (arguments.next(), arguments.next()) else {
        panic!("usage: coldstart FOLDER-OF-BINARIES ROUNDS");
    };
    let binaries = PathBuf::from(binaries);
    let mut bench = Bench::start(&binaries).await;
    let count: usize = count.parse().expect("ROUNDS is a number");
    for _ in 0..count {
        bench.round().await;
    }
    table::print(&bench.subjects);
}
