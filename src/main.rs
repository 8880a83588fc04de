//! The `keepstone` command.

fn main() -> std::process::ExitCode {
    keepstone::cli::main()
}
