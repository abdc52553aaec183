//! `turnup review`: the local web page over runs and their rows. It is served on 127.0.0.1 alone, to the one browser that
//! was opened with the one-time token; pages are made on this side, and every write goes through [`crate::pipeline`].
//!
//! Nothing here decides what is right: rows are checked by `check`, sent by the pipeline, and told by `report`.

mod board;
mod causes;
mod desk;
mod door;
mod draft;
mod form;
mod kept;
mod live;
mod mend;
mod page;
mod plans;
mod rows;
mod runs;
mod sending;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use maud::{Markup, html};
use tokio::net::TcpListener;

use crate::pipeline::{Console, Terminal, exit};
use crate::report::html::BASE;
use crate::settings::{Typed, settle};
use crate::text::{self, Lang, phrase, say};
use crate::workspace::Workspace;

use desk::Desk;
use door::{CSRF_FIELD, CSRF_HEADER, Door, Refusal};
use form::Fields;
use page::{Frame, Part, page, shown};

/// More than any form of ours has.
const BODY_BYTES_MAX: usize = 1 << 20;
/// What a page may load and do: nothing but what comes from here, no script or style within the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("style.css");
const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='#0b57b7'/>\
                    <path d='M8 12V5M4.5 8 8 4.5 11.5 8' stroke='#fff' stroke-width='2' fill='none'/></svg>";
const SCRIPT: &str = include_str!("review.js");

/// `turnup review`: serves the page until it is interrupted.
///
/// # Errors
/// When the folder cannot be worked in, or the port cannot be had.
pub async fn review(folder: &Path, typed: &Typed, port: u16, console: &mut Console<'_>) -> anyhow::Result<u8> {
    let workspace = Workspace::open(folder)?;
    let lang = settle(typed, &workspace)?.lang;
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .with_context(|| format!("port {port} of this machine cannot be had; choose another with --port"))?;
    let door = Door::new(listener.local_addr()?.port())?;
    let address = door.address();
    let (clock, stop) = (console.clock.clone(), console.interrupt.clone());
    let desk = Arc::new(Desk::new(folder.to_owned(), (typed.clone(), lang), clock, door, stop));
    let warm = Arc::clone(&desk);
    drop(tokio::task::spawn_blocking(move || warm.warm_up()));
    let router = Router::new().fallback(receive).with_state(Arc::clone(&desk));
    // Whoever closed the pipe does not want the address.
    let _ = writeln!(console.out, "review {address}").and_then(|()| console.out.flush());
    if !console.quiet {
        let words = "open this address in a browser of this machine; it works once; Ctrl-C ends the review";
        let _ = writeln!(console.err, "{}", phrase(lang, words));
    }
    if console.terminal == Terminal::Person && std::io::stdout().is_terminal() {
        open_browser(&workspace, &address);
    }
    let mut interrupt = console.interrupt.clone();
    let served = tokio::select! {
        served = axum::serve(listener, router) => served.context("the review ended unexpectedly"),
        _ = interrupt.wait_for(|raised| *raised) => Ok(()),
    };
    // A run that was sent from here hears of the interruption too, and leaves off in order.
    desk.left_off().await;
    // What is gone already needs no removing.
    let _ = std::fs::remove_file(workspace.door());
    served.map(|()| exit::WELL)
}

/// Opens the browser by a file for its owner alone: an address in a command line could be read by others.
fn open_browser(workspace: &Workspace, address: &str) {
    let path = workspace.door();
    let text = html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; meta http-equiv="refresh" content={ "0;url=" (address) }; title { "turnup" } }
            body { a href=(address) { "turnup review" } }
        }
    };
    if private(&path, &text.into_string()).is_err() {
        return;
    }
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet = std::process::Stdio::null;
    // Where there is no browser, the address that was printed is enough.
    let _ = std::process::Command::new(opener).arg(&path).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
}

/// Writes a file that only its owner can read.
fn private(path: &Path, text: &str) -> std::io::Result<()> {
    let _ = std::fs::remove_file(path);
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// What a browser asks for.
struct Ask {
    method: Method,
    path: String,
    query: Fields,
    form: Fields,
}

/// What it gets.
enum Reply {
    Page(String),
    /// A part of a page, for the script.
    Fragment(Markup),
    /// Go there instead.
    See(String),
    File(&'static str, String),
    Missing,
    /// The words say why it cannot be done.
    Refused(StatusCode, String),
}

async fn receive(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let reply = match answer(&desk, request).await {
        Ok(response) => return guarded(response),
        Err(refusal) => refusal,
    };
    let status = StatusCode::FORBIDDEN;
    guarded(refusal(&desk, status, phrase(desk.lang, reply.words())))
}

async fn answer(desk: &Arc<Desk>, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let is_opening = path == "/open";
    desk.door.look(&parts.method, &parts.headers, is_opening)?;
    let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
    if is_opening {
        return desk.door.open(query.get("token")).map(|cookie| {
            drop(desk.workspace().map(|workspace| std::fs::remove_file(workspace.door())));
            opened(&cookie)
        });
    }
    if parts.method == Method::GET
        && let Some(run) = path.strip_prefix("/runs/").and_then(|rest| rest.strip_suffix("/events"))
    {
        return Ok(live::events(desk, run));
    }
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(refusal(desk, status, phrase(desk.lang, "this is more than a form of the review has")));
    };
    let form = Fields::parse(&body);
    if parts.method != Method::GET {
        let in_header = parts.headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok());
        desk.door.look_at_csrf(in_header.or(Some(form.get(CSRF_FIELD))))?;
    }
    let ask = Ask { method: parts.method, path, query, form };
    let at = Arc::clone(desk);
    // Reading journals and checking sheets takes its time, and others are to be answered meanwhile.
    let made = tokio::task::spawn_blocking(move || route(&at, &ask)).await;
    Ok(match made {
        Ok(Ok(reply)) => reply.response(desk),
        Ok(Err(error)) => refusal(desk, StatusCode::INTERNAL_SERVER_ERROR, &text::error(desk.lang, error.chain())),
        Err(_) => {
            let words = "this page could not be made; the log of `turnup review` says why";
            refusal(desk, StatusCode::INTERNAL_SERVER_ERROR, phrase(desk.lang, words))
        }
    })
}

/// Which page a path is.
fn route(desk: &Arc<Desk>, ask: &Ask) -> anyhow::Result<Reply> {
    let parts: Vec<&str> = ask.path.trim_matches('/').split('/').collect();
    let is_write = ask.method == Method::POST;
    if !is_write && ask.method != Method::GET {
        return Ok(Reply::Missing);
    }
    match (is_write, parts.as_slice()) {
        (false, [""]) => board::show(desk, ask),
        (false, ["assets", "style.css"]) => Ok(Reply::File("text/css; charset=utf-8", [BASE, STYLE].concat())),
        (false, ["assets", "review.js"]) => Ok(Reply::File("text/javascript; charset=utf-8", SCRIPT.to_owned())),
        (false, ["assets", "icon.svg"] | ["favicon.ico"]) => Ok(Reply::File("image/svg+xml", ICON.to_owned())),
        (false, ["runs"]) => runs::list(desk),
        (false, ["plan"]) => plans::show(desk),
        (true, ["plan"]) => plans::run(desk, ask),
        (is_write, ["runs", run, rest @ ..]) => {
            let Some(listed) = desk.run(run)? else { return Ok(runs::absent(desk, run)) };
            match (is_write, rest) {
                (false, []) => runs::show(desk, &listed),
                (false, ["rows"]) => rows::list(desk, &listed, ask),
                (false, ["rows", sheet, row]) => rows::show(desk, &listed, sheet, row),
                (true, ["rows", sheet, row]) => mend::save(desk, &listed, (sheet, row), ask),
                (true, ["rows", sheet, row, "check"]) => mend::check(desk, &listed, (sheet, row), ask),
                (false, ["causes", at]) => causes::show(desk, &listed, at),
                (true, ["causes", at]) => causes::mend(desk, &listed, at, ask),
                (true, ["undo"]) => mend::undo(desk, &listed, ask),
                (false, ["send"]) => sending::confirm(desk, &listed),
                (true, ["send"]) => sending::send(desk, &listed, ask),
                (true, ["save"]) => sending::save(desk, &listed),
                _ => Ok(Reply::Missing),
            }
        }
        _ => Ok(Reply::Missing),
    }
}

impl Reply {
    fn response(self, desk: &Desk) -> Response {
        match self {
            Self::Page(page) => text(StatusCode::OK, "text/html; charset=utf-8", page),
            Self::Fragment(part) => text(StatusCode::OK, "text/html; charset=utf-8", part.into_string()),
            Self::File(kind, file) => text(StatusCode::OK, kind, file),
            Self::See(to) => {
                let mut response = text(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
                let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
                response.headers_mut().insert(header::LOCATION, to);
                response
            }
            Self::Missing => {
                refusal(desk, StatusCode::NOT_FOUND, phrase(desk.lang, "there is no such page in the review"))
            }
            Self::Refused(status, words) => refusal(desk, status, &words),
        }
    }
}

/// Leads the browser that has the session now to the first page, as a step within the review: a cookie of that strictness is
/// not sent where another program or page has led to.
fn opened(cookie: &str) -> Response {
    let text_of = html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; meta http-equiv="refresh" content="0;url=/"; title { "turnup" } }
            body { a href="/" { "turnup review" } }
        }
    };
    let mut response = text(StatusCode::OK, "text/html; charset=utf-8", text_of.into_string());
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn text(status: StatusCode, kind: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A page that says why something is not done. It tells a stranger nothing of the folder.
fn refusal(desk: &Desk, status: StatusCode, words: &str) -> Response {
    let lang = desk.lang;
    let title = phrase(lang, "This was not done");
    let body = html! {
        h1 { (title) }
        p class="lead" { (shown(words)) }
    };
    let frame = Frame { lang, title, part: Part::None, csrf: "", folder: "" };
    text(status, "text/html; charset=utf-8", page(&frame, &body))
}

/// What every answer says to the browser.
fn guarded(mut response: Response) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // With less, a browser does not say the origin of a form.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Desk {
    /// A page of the review.
    fn page(&self, part: Part, title: &str, body: &Markup) -> Reply {
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let frame = Frame { lang: self.lang, title, part, csrf: self.door.csrf(), folder: &folder };
        Reply::Page(self.here().in_page(&page(&frame, body)).into_owned())
    }

    /// The hidden field of every form that writes.
    fn csrf(&self) -> Markup {
        html! { input type="hidden" name=(CSRF_FIELD) value=(self.door.csrf()); }
    }

    /// What the last thing that was started from here said, where it is of interest.
    fn said(&self, run: Option<&str>) -> Markup {
        let job = self.job();
        let is_meant = job.is_begun && (run.is_none() || job.run.as_deref() == run);
        if !is_meant || job.said.trim().is_empty() || matches!(job.exit, Some(exit::WELL)) {
            return html! {};
        }
        html! {
            details class="said" open[job.exit.is_some_and(|code| code != exit::WELL)] {
                summary { (phrase(self.lang, "what the command said")) }
                pre { (shown_lines(&job.said)) }
            }
        }
    }
}

fn shown_lines(text: &str) -> Markup {
    html! { @for line in text.trim().lines() { (shown(line)) "\n" } }
}

/// So many rows, in words.
fn rows_words(lang: Lang, rows: usize) -> String {
    say(lang, "{count|* row|* rows}", &[("count", &page::count(rows, lang))])
}
