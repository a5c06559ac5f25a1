//! `site build`, `site serve` and `site sizes`: makes the page, serves it on this machine, weighs it.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use latentscape::site::{self, Options, Server, SiteError};

const USAGE: &str = "\
site build [--fast] [--page] [--dist FOLDER]
                                          build the page into FOLDER (dist); --fast skips what only makes it smaller,
                                          --page takes the workers as they were built last
site serve [--port PORT] [--dist FOLDER]  serve FOLDER on this machine (port 8080; 0 takes any)
site sizes [--dist FOLDER]                bytes of each file: raw, gzip, brotli";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match parse(&arguments) {
        Some(Order::Build(options)) => site::build(&options),
        Some(Order::Serve { dist, port }) => serve(dist, port),
        Some(Order::Sizes { dist }) => print_sizes(&dist),
        None => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("site: {error}");
            ExitCode::FAILURE
        }
    }
}

enum Order {
    Build(Options),
    Serve { dist: PathBuf, port: u16 },
    Sizes { dist: PathBuf },
}

fn parse(arguments: &[String]) -> Option<Order> {
    let (order, mut rest) = arguments.split_first()?;
    let (mut fast, mut page, mut dist, mut port) = (false, false, PathBuf::from("dist"), 8080);
    while let Some((flag, more)) = rest.split_first() {
        rest = more;
        match flag.as_str() {
            "--fast" => fast = true,
            "--page" => page = true,
            "--dist" => dist = take(&mut rest)?.into(),
            "--port" => port = take(&mut rest)?.parse().ok()?,
            _ => return None,
        }
    }
    match order.as_str() {
        "build" => Some(Order::Build(Options { root: ".".into(), dist, fast, page })),
        "serve" => Some(Order::Serve { dist, port }),
        "sizes" => Some(Order::Sizes { dist }),
        _ => None,
    }
}

fn take<'a>(rest: &mut &'a [String]) -> Option<&'a String> {
    let (value, more) = rest.split_first()?;
    *rest = more;
    Some(value)
}

fn serve(dist: PathBuf, port: u16) -> Result<(), SiteError> {
    let server = Server::bind(port)?;
    println!("Latentscape is at http://{}/ (Ctrl-C ends)", server.address()?);
    server.run(move |url| site::reply(&dist, url));
    Ok(())
}

fn print_sizes(dist: &Path) -> Result<(), SiteError> {
    println!("{:>10} {:>10} {:>10}", "raw", "gzip -9", "brotli 11");
    for size in site::sizes(dist)? {
        println!("{:>10} {:>10} {:>10}  {}", size.raw, size.gzip, size.brotli, size.file.display());
    }
    Ok(())
}
