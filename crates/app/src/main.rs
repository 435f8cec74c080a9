//! The program `konseki`.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::from(app::cli::run(std::env::args_os()))
}
