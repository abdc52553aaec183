//! What turnup tells those who look closely: one line for every event, as text or as JSON. Persons are masked unless
//! somebody asks for them; secrets reach no event.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::io::Write;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Scope};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::text::masked;

/// Fields that have a place of their own in a line.
const OWN: [&str; 3] = ["run", "step", "tracking_id"];

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    #[default]
    Text,
    Json,
}

/// What is told, and how.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// A level, or directives such as `turnup=debug,hyper=off`; errors alone when left out.
    pub filter: Option<String>,
    pub form: Form,
    /// E-mails and telephone numbers are told as they are.
    pub shows_personal: bool,
}

/// Is it a level, or directives that can be used?
///
/// # Errors
/// In words, when it is none.
pub fn filter(text: &str) -> Result<String, String> {
    let words =
        || format!("`{text}` is no level; write error, warn, info, debug or trace, or such as turnup=debug,hyper=off");
    // A word that is no level would be taken for a module, and nothing would be told.
    let is_word = text.bytes().all(|letter| letter.is_ascii_alphabetic());
    let is_level = ["off", "error", "warn", "info", "debug", "trace"].contains(&text.to_ascii_lowercase().as_str());
    if is_word && !is_level || EnvFilter::try_new(text).is_err() {
        return Err(words());
    }
    Ok(text.to_owned())
}

/// Begins to tell on standard error. `now` is the time of a line, RFC 3339.
pub fn start(order: &Order, now: impl Fn() -> String + Send + Sync + 'static) {
    let filter = order.filter.as_ref().and_then(|text| EnvFilter::try_new(text).ok()).unwrap_or_default();
    let lines = Lines { form: order.form, shows_personal: order.shows_personal, now: Box::new(now), write: stderr };
    // A second beginning in one process would change nothing.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
}

fn stderr(line: &str) {
    // When nobody hears it, there is nobody to tell.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// Makes a line of every event.
struct Lines<W> {
    form: Form,
    shows_personal: bool,
    now: Box<dyn Fn() -> String + Send + Sync>,
    write: W,
}

/// What an event or a span says, by the name of each field.
#[derive(Debug, Clone, Default)]
struct Values {
    fields: BTreeMap<&'static str, Value>,
    shows_personal: bool,
}

impl Values {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.fields.insert(field.name(), value.into());
    }

    fn text(&self, text: &str) -> Value {
        Value::from(if self.shows_personal { text.to_owned() } else { masked(text) })
    }
}

impl Visit for Values {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = self.text(&format!("{value:?}"));
        self.insert(field, text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let text = self.text(value);
        self.insert(field, text);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }
}

impl<W, S> Layer<S> for Lines<W>
where
    W: Fn(&str) + 'static,
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut values = self.no_values();
        attributes.record(&mut values);
        span.extensions_mut().insert(values);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(values) = span.extensions_mut().get_mut::<Values>() {
            record.record(values);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut values = self.no_values();
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(of_span) = span.extensions().get::<Values>() {
                values.fields.extend(of_span.fields.clone());
            }
        }
        event.record(&mut values);
        // What other crates say by way of `log` has its place among the fields.
        let target = values.fields.remove("log.target");
        values.fields.retain(|name, _| !name.starts_with("log."));
        let line = Line {
            at: (self.now)(),
            level: event.metadata().level().as_str(),
            target: target.as_ref().and_then(Value::as_str).unwrap_or_else(|| event.metadata().target()).to_owned(),
            fields: values.fields,
        };
        (self.write)(&match self.form {
            Form::Text => format!("{line}\n"),
            Form::Json => format!("{}\n", line.into_json()),
        });
    }
}

impl<W> Lines<W> {
    const fn no_values(&self) -> Values {
        Values { fields: BTreeMap::new(), shows_personal: self.shows_personal }
    }
}

/// One event, ready to be written.
struct Line {
    at: String,
    level: &'static str,
    target: String,
    fields: BTreeMap<&'static str, Value>,
}

impl Line {
    fn into_json(mut self) -> Value {
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), self.at.into());
        line.insert("level".to_owned(), self.level.into());
        for name in OWN {
            line.extend(self.fields.remove(name).map(|value| (name.to_owned(), value)));
        }
        line.insert("target".to_owned(), self.target.into());
        line.insert("message".to_owned(), self.fields.remove("message").unwrap_or_default());
        let rest: Map<String, Value> = self.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        line.insert("fields".to_owned(), rest.into());
        line.into()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:5} {}", self.at, self.level, self.target)?;
        let rest = self.fields.keys().copied().filter(|name| *name != "message" && !OWN.contains(name));
        if let Some(message) = self.fields.get("message") {
            write!(f, ": {}", plain(message))?;
        }
        for name in OWN.into_iter().filter(|name| self.fields.contains_key(name)).chain(rest) {
            write!(f, " {name}={}", plain(&self.fields[name]))?;
        }
        Ok(())
    }
}

/// A value in one line: what would begin another one, or move a cursor, is written out.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let shown =
        |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What is written of a few events.
    fn told(form: Form, shows_personal: bool) -> String {
        let written = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&written);
        let write = move |line: &str| sink.lock().expect("one thread").push_str(line);
        let lines = Lines { form, shows_personal, now: Box::new(|| "2026-11-22T10:00:00Z".to_owned()), write };
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(EnvFilter::new("debug")));
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::error_span!("step", run = "r1", step = %"user/ana@acme.pt");
            let _inside = span.enter();
            tracing::debug!(target: "t", tracking_id = "x-1", number = 7, who = ?"rui@acme.pt", "sending\nto +351211234500");
            tracing::trace!(target: "t", "never told");
        });
        written.lock().expect("one thread").clone()
    }

    #[test]
    fn a_line_is_text_or_json_and_names_nobody() {
        let text = "2026-11-22T10:00:00Z DEBUG t: sending\\nto +…00 run=r1 step=user/a…@a….pt tracking_id=x-1 number=7 \
                    who=\"r…@a….pt\"\n";
        assert_eq!(told(Form::Text, false), text);
        let json = told(Form::Json, false);
        let line: Value = serde_json::from_str(&json).expect("one line of JSON");
        assert_eq!(json.lines().count(), 1);
        let wanted = serde_json::json!({
            "timestamp": "2026-11-22T10:00:00Z", "level": "DEBUG", "run": "r1", "step": "user/a…@a….pt",
            "tracking_id": "x-1", "target": "t", "message": "sending\nto +…00",
            "fields": { "number": 7, "who": "\"r…@a….pt\"" },
        });
        assert_eq!(line, wanted);
        assert!(told(Form::Json, true).contains("user/ana@acme.pt"));
    }

    #[test]
    fn a_level_that_is_none_is_refused() {
        for good in ["error", "TRACE", "off", "turnup=debug", "warn,turnup=trace"] {
            assert!(filter(good).is_ok(), "{good}");
        }
        for bad in ["", "loud", "turnup=loud", "verbose"] {
            assert!(filter(bad).is_err(), "{bad}");
        }
    }
}
