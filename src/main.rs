//! The binary: builds the runtime, listens for Ctrl-C, and turns an outcome into an exit code.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use tokio::sync::watch;
use turnup::cli::{
    ActivateArgs, ApiArgs, Cli, Command, HoldBackArgs, PlanFormatArg, ReadingArgs, RemindArgs, ScheduleArgs,
    TemplateCommand, typed,
};
use turnup::nightly;
use turnup::pipeline::{self, Asking, Clock, Confirmation, Console, Here, Locked, Terminal, exit};
use turnup::review;
use turnup::settings::{self, Typed};

fn main() -> ExitCode {
    let cli = Cli::read();
    let simulates = cli.command.api().is_some_and(ApiArgs::simulates);
    let here = RefCell::new(Here { folder: PathBuf::from("."), simulates });
    match start(&cli, &here) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let words = pipeline::why_not(&error, &here.borrow(), &plainly_typed(&cli));
            // When nobody hears it, the exit code still tells.
            let _ = writeln!(io::stderr(), "turnup: {words}");
            let is_locked = error.downcast_ref::<Locked>().is_some();
            ExitCode::from(if is_locked { exit::LOCKED } else { exit::ENVIRONMENT })
        }
    }
}

/// The folder that was named, or the one that the program was started in.
fn remembered(folder: Option<&PathBuf>, here: &RefCell<Here>) -> PathBuf {
    let folder = folder.cloned().unwrap_or_else(|| PathBuf::from("."));
    here.borrow_mut().folder.clone_from(&folder);
    folder
}

/// What was typed beside the options of a command.
fn plainly_typed(cli: &Cli) -> Typed {
    typed(cli.lang, &HoldBackArgs::default(), &ReadingArgs::default(), &ApiArgs::default())
}

/// Does what was asked; the folder that was named is kept for whoever has to say why it could not be done.
fn start(cli: &Cli, here: &RefCell<Here>) -> anyhow::Result<u8> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let clock = Clock::from_environment()?;
    turnup::log::start(&cli.log.order(), move || clock.now());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("this machine has no room for the threads of a run")?;
    let code = runtime.block_on(command(cli, here));
    // What still waits, waits for a provider that nobody listens to any more.
    runtime.shutdown_background();
    code
}

async fn command(cli: &Cli, here: &RefCell<Here>) -> anyhow::Result<u8> {
    let (raise, interrupt) = watch::channel(false);
    tokio::spawn(listen_for_interrupts(raise, pipeline::leaving_off(&plainly_typed(cli))));
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let is_person = io::stdin().is_terminal() && io::stderr().is_terminal();
    let mut console = Console {
        out: &mut out,
        err: &mut err,
        terminal: if is_person { Terminal::Person } else { Terminal::Machine },
        colour: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        quiet: cli.quiet,
        clock: Clock::from_environment()?,
        interrupt,
        here,
        heard: Vec::new(),
    };
    dispatch(cli, here, &mut console).await
}

/// Who is asked about the rows.
const fn asking(online: bool, budget: u64) -> Asking {
    if online { Asking::Webex { budget } } else { Asking::Nobody }
}

/// Was it confirmed beforehand?
const fn confirmed(yes: bool) -> Confirmation {
    if yes { Confirmation::Given } else { Confirmation::Wanted }
}

async fn dispatch(cli: &Cli, here: &RefCell<Here>, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let folder = |dir: &Option<PathBuf>| remembered(dir.as_ref().or(cli.folder.as_ref()), here);
    let (no_api, no_hold_back, as_it_is) = (ApiArgs::default(), HoldBackArgs::default(), ReadingArgs::default());
    let given = |api: &ApiArgs| typed(cli.lang, &no_hold_back, &as_it_is, api);
    let plain = given(&no_api);
    match &cli.command {
        Command::Login(login) => pipeline::login(&login.typed(cli.lang), &login.order(), console).await,
        Command::Init { dir, xlsx } => pipeline::init(dir, *xlsx, &plain, console),
        Command::Check { dir, hold_back, reading, online, budget, api, format, wave, all } => {
            let typed = Typed { is_wave: wave.is_some(), ..typed(cli.lang, hold_back, reading, api) };
            let asking = (asking(*online, *budget), wave.as_deref());
            pipeline::check(&folder(dir), &typed, asking, format.of(*all), console).await
        }
        Command::Fix { dir, apply, reading } => {
            pipeline::fix(&folder(dir), &typed(cli.lang, &no_hold_back, reading, &no_api), *apply, console)
        }
        Command::Plan { dir, select, hold_back, reading, api, out, format } => {
            let typed = select.on(typed(cli.lang, hold_back, reading, api));
            pipeline::plan(&folder(dir), &typed, &select.selection(), out.as_deref(), (*format).into(), console)
        }
        Command::Run(run) => pipeline::run(&folder(&run.dir), &run.typed(cli.lang), &run.order(), console).await,
        Command::Activate(args) => activate(args, &folder(&args.dir), &args.typed(cli.lang), console).await,
        Command::Retry(retry) => {
            pipeline::retry(&folder(&retry.dir), &retry.typed(cli.lang), &retry.order(), console).await
        }
        Command::Resume { dir, until, yes: _, api } => {
            pipeline::resume(&folder(dir), &given(api), until.until, console).await
        }
        Command::Undo(undo) => {
            pipeline::undo(&folder(&None), &undo.typed(cli.lang), &undo.run, undo.confirmation(), console).await
        }
        Command::Approve { run, yes, api } => {
            pipeline::approve(&folder(&None), &given(api), run, confirmed(*yes), console).await
        }
        Command::Report(report) => pipeline::report(&folder(&report.named_folder()), &plain, &report.order(), console),
        Command::Status(status) => {
            pipeline::status(&folder(&status.dir), &plain, status.wave.as_deref(), status.format(), console)
        }
        Command::Remind(args) => remind(args, &folder(&args.dir), &args.typed(cli.lang), console).await,
        Command::Why(why) => {
            pipeline::why(&folder(&None), &plain, &why.place, why.run.as_deref(), why.format(), console)
        }
        Command::Review(args) => review::review(&folder(&args.dir), &args.typed(cli.lang), args.port, console).await,
        Command::Runs(runs) => pipeline::runs(&folder(&runs.dir), &plain, runs.format(), console),
        Command::Export(export) => {
            let (typed, out) = (given(&export.api), export.out.as_deref());
            pipeline::export(&folder(&export.dir), &typed, out, export.overwriting(), console).await
        }
        Command::Compare(compare) => {
            let typed = typed(cli.lang, &no_hold_back, &compare.reading, &compare.api);
            pipeline::compare(&folder(&compare.dir), &typed, compare.order(), console).await
        }
        Command::Template { what } => template(what, folder, &plain, console),
        Command::Explain { code } => pipeline::explain(code, &plain, console),
        Command::Columns { schema } if *schema => Ok(pipeline::check_schema(console)),
        Command::Columns { .. } => Ok(pipeline::columns(&plain, console)),
        Command::Completions(args) => Ok(pipeline::hand_out(&turnup::cli::completions(args.shell), console)),
        Command::Man(args) => pipeline::put_down(&args.dir, turnup::cli::man()),
        Command::Nightly(night) => {
            nightly::nightly(&folder(&night.dir), &night.typed(cli.lang), &night.order(), console).await
        }
        Command::Doctor(args) => {
            nightly::doctor(&folder(&args.dir), &args.typed(cli.lang), args.order(), console).await
        }
        Command::Purge(args) => pipeline::purge(&folder(&args.dir), &plain, &args.order(), console),
        Command::Schedule(args) => schedule(args, &folder(&args.dir), &plain, console),
        Command::Simulate(simulate) => pipeline::simulate(&simulate.into(), console).await,
    }
}

async fn activate(args: &ActivateArgs, folder: &Path, typed: &Typed, console: &mut Console<'_>) -> anyhow::Result<u8> {
    pipeline::activate(folder, typed, args.wave.as_deref(), args.confirmation(), console).await
}

async fn remind(args: &RemindArgs, folder: &Path, typed: &Typed, console: &mut Console<'_>) -> anyhow::Result<u8> {
    pipeline::remind(folder, typed, args.confirmation(), args.format(), console).await
}

fn schedule(args: &ScheduleArgs, folder: &Path, typed: &Typed, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let program = std::env::current_exe().context("the system does not say where this program stands")?;
    let folder = folder.canonicalize().with_context(|| format!("cannot open the folder `{}`", folder.display()))?;
    let owner = folder.metadata().with_context(|| format!("cannot open the folder `{}`", folder.display()))?.uid();
    let environment = settings::carried(typed);
    let units = nightly::schedule(args.kind(), &program, &folder, owner, &args.timetable(environment));
    nightly::hand_over(&units, args.install.as_deref(), typed, console)
}

fn template(
    what: &TemplateCommand,
    folder: impl Fn(&Option<PathBuf>) -> PathBuf,
    typed: &Typed,
    console: &mut Console<'_>,
) -> anyhow::Result<u8> {
    match what {
        TemplateCommand::Add(answers) => pipeline::add_template(&folder(&None), typed, &answers.given(), console),
        TemplateCommand::List { dir, format } => {
            pipeline::list_templates(&folder(dir), typed, matches!(format, PlanFormatArg::Json), console)
        }
        TemplateCommand::Show { name } => pipeline::show_template(&folder(&None), typed, name, console),
    }
}

/// The first Ctrl-C (or SIGTERM) lets the run leave off cleanly; the second ends it at once. Both are resumable.
async fn listen_for_interrupts(raise: watch::Sender<bool>, words: &str) {
    loop {
        if interrupt().await.is_err() {
            return;
        }
        if raise.send_replace(true) {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
        let _ = writeln!(io::stderr(), "{words}");
    }
}

#[cfg(unix)]
async fn interrupt() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        typed = tokio::signal::ctrl_c() => typed,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupt() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
