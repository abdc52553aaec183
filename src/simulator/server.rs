//! The simulator behind a port. This is the only part of it that knows sockets, files and the clock;
//! what a request means is the core's business.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method as HttpMethod, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use tokio::net::TcpListener;

use super::line::{Lines, Scissors};
use super::percent;
use super::{Delivery, Reply, Simulator};
use crate::api::wire::{Answer, Method, Request};

/// More than the largest request that Webex takes.
const BODY_BYTES_MAX: usize = 4 << 20;

/// Serves until the task is dropped. What changes is in the state file before the answer leaves.
pub async fn serve(listener: TcpListener, mut simulator: Simulator, state_file: Option<PathBuf>) -> io::Result<()> {
    let lines = Lines(listener);
    simulator.set_base_url(format!("http://{}", lines.address()?));
    simulator.take_changes();
    let file = state_file.map(|path| compact(&path, &simulator)).transpose()?;
    let desk = Arc::new(Desk(Mutex::new(Kept { simulator, file })));
    let router = Router::new().fallback(receive).with_state(desk);
    axum::serve(lines, router.into_make_service_with_connect_info::<Scissors>()).await
}

/// Replaces the file by its short form, whole or not at all, and opens it for more.
fn compact(path: &Path, simulator: &Simulator) -> io::Result<File> {
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, simulator.snapshot())?;
    std::fs::rename(&fresh, path)?;
    File::options().append(true).open(path)
}

/// Where requests queue for the one simulator. The lock is never held while something waits.
struct Desk(Mutex<Kept>);

struct Kept {
    simulator: Simulator,
    file: Option<File>,
}

impl Desk {
    fn handle(&self, bearer: Option<&str>, request: &Request) -> io::Result<Reply> {
        // A panic in one request must not take the others down with it.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that time never runs backwards for the simulator.
        let reply = kept.simulator.handle(now_ms(), bearer, request);
        kept.save()?;
        Ok(reply)
    }
}

impl Kept {
    /// A plain write is enough: it survives the end of this process, though not a power failure.
    fn save(&mut self) -> io::Result<()> {
        let changes = self.simulator.take_changes();
        let Some(file) = self.file.as_mut().filter(|_| !changes.is_empty()) else { return Ok(()) };
        file.write_all((changes.join("\n") + "\n").as_bytes())
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

async fn receive(
    State(desk): State<Arc<Desk>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, BODY_BYTES_MAX).await else {
        return respond(&Answer::empty(StatusCode::PAYLOAD_TOO_LARGE.as_u16()));
    };
    let Some(request) = read(&parts, &bytes) else {
        return respond(&Answer::empty(StatusCode::METHOD_NOT_ALLOWED.as_u16()));
    };
    match desk.handle(bearer(&parts), &request) {
        Ok(reply) => deliver(reply, &scissors).await,
        Err(error) => {
            tracing::error!("the simulator's state file cannot be written: {error}");
            respond(&Answer::empty(StatusCode::INSUFFICIENT_STORAGE.as_u16()))
        }
    }
}

async fn deliver(reply: Reply, scissors: &Scissors) -> Response {
    if reply.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
    }
    match reply.delivery {
        Delivery::Answer(answer) => respond(&answer),
        Delivery::Hang => std::future::pending().await,
        Delivery::Drop => {
            scissors.cut();
            Response::new(Body::empty())
        }
    }
}

/// The request as the core takes it; `None` for a method that the API does not use at all.
fn read(parts: &Parts, bytes: &[u8]) -> Option<Request> {
    let method = match &parts.method {
        method if method == HttpMethod::GET => Method::Get,
        method if method == HttpMethod::POST => Method::Post,
        method if method == HttpMethod::PUT => Method::Put,
        method if method == HttpMethod::PATCH => Method::Patch,
        method if method == HttpMethod::DELETE => Method::Delete,
        _ => return None,
    };
    let query = percent::decode_query(parts.uri.query().unwrap_or_default());
    Some(Request { method, path: parts.uri.path().to_owned(), query, body: json(bytes) })
}

/// What is no JSON goes in as a text, which no route takes for an object.
fn json(bytes: &[u8]) -> Option<Value> {
    if bytes.is_empty() {
        return None;
    }
    Some(serde_json::from_slice(bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())))
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn respond(answer: &Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body.clone()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}
