//! The state file: JSON Lines, a head and then one record per changed object. Text in, text out; the
//! file itself is the server's business.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::store::Store;
use super::table::{Record, Table};

/// What the head of a state file says. Another number is another, incompatible file.
const FORMAT: &str = "turnup.simulator/1";

/// The lines for everything that changed since the last call.
pub fn changes(store: &mut Store) -> Vec<String> {
    let mut lines = Vec::new();
    changed_rows(&mut store.organizations, &mut lines);
    changed_rows(&mut store.customers, &mut lines);
    changed_rows(&mut store.locations, &mut lines);
    changed_rows(&mut store.numbers, &mut lines);
    changed_rows(&mut store.people, &mut lines);
    changed_rows(&mut store.subscribers, &mut lines);
    lines
}

fn changed_rows<T: Record + Serialize>(table: &mut Table<T>, lines: &mut Vec<String>) {
    lines.extend(table.take_dirty().map(|(key, row)| match row {
        Some(row) => put_line(row),
        None => json!({ "delete": T::WORD, "key": key }).to_string(),
    }));
}

fn put_line<T: Record + Serialize>(row: &T) -> String {
    json!({ "put": T::WORD, "value": row }).to_string()
}

/// The whole state as a file, with nothing in it that is gone.
pub fn snapshot(store: &Store) -> String {
    let mut lines = vec![json!({ "format": FORMAT, "counter": store.counter }).to_string()];
    lines.extend(store.organizations.all().map(put_line));
    lines.extend(store.customers.all().map(put_line));
    lines.extend(store.locations.all().map(put_line));
    lines.extend(store.numbers.all().map(put_line));
    lines.extend(store.people.all().map(put_line));
    lines.extend(store.subscribers.all().map(put_line));
    lines.push(String::new());
    lines.join("\n")
}

/// The state that a file tells of. A last line that is cut off is left out: it was never answered.
pub fn restore(text: &str) -> Result<Store, String> {
    let mut store = Store::default();
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
    let Some((_, head)) = lines.next() else { return Ok(store) };
    read_head(head, &mut store)?;
    while let Some((index, line)) = lines.next() {
        match serde_json::from_str::<Value>(line) {
            Ok(entry) => replay(&mut store, entry).map_err(|error| format!("line {}: {error}", index + 1))?,
            Err(_) if lines.peek().is_none() => break,
            Err(error) => return Err(format!("line {} is not JSON: {error}", index + 1)),
        }
    }
    changes(&mut store);
    Ok(store)
}

fn read_head(line: &str, store: &mut Store) -> Result<(), String> {
    let head: Value = serde_json::from_str(line).map_err(|error| format!("the first line is not JSON: {error}"))?;
    if head["format"] != FORMAT {
        return Err(format!("the first line does not say `{FORMAT}`: this is not a state file of this simulator"));
    }
    store.counter = head["counter"].as_u64().unwrap_or(0);
    Ok(())
}

fn replay(store: &mut Store, mut entry: Value) -> Result<(), String> {
    let deletes = entry.get("delete").is_some();
    let word = entry[if deletes { "delete" } else { "put" }].as_str().unwrap_or_default().to_owned();
    let content = entry[if deletes { "key" } else { "value" }].take();
    let change = Change { deletes, content };
    let key = match word.as_str() {
        "customer" => change.apply(&mut store.customers),
        "organization" => change.apply(&mut store.organizations),
        "location" => change.apply(&mut store.locations),
        "number" => change.apply(&mut store.numbers),
        "person" => change.apply(&mut store.people),
        "subscriber" => change.apply(&mut store.subscribers),
        other => Err(format!("`{other}` is no kind of record")),
    }?;
    store.skip_past(&key);
    Ok(())
}

struct Change {
    deletes: bool,
    content: Value,
}

impl Change {
    fn apply<T: Record + DeserializeOwned>(self, table: &mut Table<T>) -> Result<String, String> {
        if self.deletes {
            let key = self.content.as_str().ok_or("a deletion without a key")?.to_owned();
            table.remove(&key);
            return Ok(key);
        }
        let row: T = serde_json::from_value(self.content).map_err(|error| error.to_string())?;
        let key = row.key().to_owned();
        table.put(row);
        Ok(key)
    }
}
