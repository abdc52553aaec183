//! Cisco's API description as a judge of traffic: what of a request or an answer it does not allow.

#[path = "supplement.rs"]
mod supplement;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};
use turnup::api::wire::{Answer, Request};

/// Where the facts, or the true service, differ from the official schema: operation, place, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "GET /telephony/config/locations",
        "/locations/*/callingLineId/phoneNumber",
        "null for a location without a main number, as in the official example",
    ),
    (
        "POST /telephony/config/locations/{locationId}/numbers",
        "",
        "numbers are refused with a top-level list, as the live service does",
    ),
];

/// Operations of the true service that the description at hand leaves out.
const NOT_DESCRIBED: &[&str] = &["GET /identity/scim/{orgId}/v2/Users/{userId}"];

/// Parameters of paging links, which clients follow as given.
const LINK_PARAMETERS: &[&str] = &["cursor", "offset", "start"];

/// The description, ready to judge.
pub struct Contract {
    operations: Vec<Operation>,
}

struct Operation {
    name: String,
    method: String,
    template: String,
    parameters: Vec<String>,
    body: Option<Validator>,
    body_required: bool,
    /// By status; `None` is an answer without a body.
    answers: BTreeMap<String, Option<Validator>>,
}

impl Contract {
    /// Loads the description from the folder in `TURNUP_OPENAPI`, or from beside the project.
    pub fn load() -> Self {
        let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/openapi");
        let folder = std::env::var_os("TURNUP_OPENAPI").map_or(beside, PathBuf::from);
        let file = folder.join("onboarding.mock.json");
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!("cannot read {}: {error}; set TURNUP_OPENAPI to the folder that holds it", file.display())
        });
        let mut description: Value = serde_json::from_str(&text).expect("an API description is JSON");
        for (path, operations) in supplement::paths() {
            assert!(
                description["paths"].get(path).is_none(),
                "the description has {path} by now: drop the supplement's"
            );
            description["paths"][path] = operations;
        }
        Self::read(&description)
    }

    fn read(description: &Value) -> Self {
        let schemas = object(&description["components"]["schemas"]);
        let mut operations = Vec::new();
        for (template, methods) in object(&description["paths"]) {
            let methods = object(methods).iter().filter(|(method, _)| *method != "parameters");
            operations.extend(methods.map(|(method, operation)| read_operation(method, template, operation, schemas)));
        }
        // Where two templates fit, the more literal one is meant.
        operations.sort_by_key(|operation: &Operation| operation.template.matches('{').count());
        Self { operations }
    }

    /// Everything that the description does not allow, as sentences.
    pub fn check(&self, request: &Request, answer: &Answer) -> Vec<String> {
        let mut found = self.check_request(request);
        found.extend(self.check_answer(request, answer));
        found
    }

    /// The same for the request alone.
    pub fn check_request(&self, request: &Request) -> Vec<String> {
        let Some(operation) = self.find(request) else {
            return described(request)
                .then(|| format!("{} {} does not exist", request.method, request.path))
                .into_iter()
                .collect();
        };
        let mut found = Vec::new();
        for (name, _) in &request.query {
            if !operation.parameters.contains(name) && !LINK_PARAMETERS.contains(&name.as_str()) {
                found.push(format!("{}: there is no parameter {name}", operation.name));
            }
        }
        match (&request.body, &operation.body) {
            (None, Some(_)) if operation.body_required => {
                found.push(format!("{}: the body is missing", operation.name));
            }
            (Some(_), None) => found.push(format!("{}: there must be no body", operation.name)),
            (Some(body), Some(schema)) => found.extend(violations(operation, "request", schema, body)),
            (None, _) => {}
        }
        found
    }

    /// The same for the answer alone.
    pub fn check_answer(&self, request: &Request, answer: &Answer) -> Vec<String> {
        let Some(operation) = self.find(request) else { return Vec::new() };
        let Some(schema) = operation.answers.get(&answer.status.to_string()) else {
            return vec![format!("{}: {} is not declared", operation.name, answer.status)];
        };
        let place = format!("answer {}", answer.status);
        match (schema, answer.body.as_str()) {
            (None, "") => Vec::new(),
            (None, _) => vec![format!("{}: {place} must have no body", operation.name)],
            (Some(_), "") => vec![format!("{}: {place} must have a body", operation.name)],
            (Some(schema), text) => match serde_json::from_str(text) {
                Ok(body) => violations(operation, &place, schema, &body),
                Err(error) => vec![format!("{}: {place} is not JSON: {error}", operation.name)],
            },
        }
    }

    /// The operations of the description that none of these requests used.
    pub fn unused<'a>(&'a self, requests: impl Iterator<Item = &'a Request>) -> Vec<&'a str> {
        let used: Vec<&str> = requests.filter_map(|request| self.find(request)).map(|it| it.name.as_str()).collect();
        self.operations.iter().map(|operation| operation.name.as_str()).filter(|name| !used.contains(name)).collect()
    }

    fn find(&self, request: &Request) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.method == request.method.as_str() && fits(&operation.template, path(request)))
    }
}

fn described(request: &Request) -> bool {
    let known = |name: &&str| {
        name.split_once(' ')
            .is_some_and(|(method, template)| method == request.method.as_str() && fits(template, path(request)))
    };
    !path(request).starts_with("/_turnup/") && !NOT_DESCRIBED.iter().any(known)
}

fn path(request: &Request) -> &str {
    request.path.strip_prefix("/v1").filter(|rest| rest.starts_with('/')).unwrap_or(&request.path)
}

fn fits(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let same = |wanted: &str| segments.next().is_some_and(|segment| wanted.starts_with('{') || wanted == segment);
    template.split('/').all(same) && segments.next().is_none()
}

fn violations(operation: &Operation, place: &str, schema: &Validator, body: &Value) -> Vec<String> {
    schema
        .iter_errors(body)
        .map(|error| (error.instance_path().to_string(), error.to_string()))
        .filter(|(pointer, _)| !is_excepted(operation, pointer, body))
        .map(|(pointer, error)| format!("{}: {place} at `{pointer}`: {error}", operation.name))
        .collect()
}

fn is_excepted(operation: &Operation, pointer: &str, body: &Value) -> bool {
    let same = |wanted: &str| {
        let mut segments = pointer.split('/');
        wanted.split('/').all(|want| segments.next().is_some_and(|is| want == "*" || want == is))
            && segments.next().is_none()
    };
    // An exception for the whole body is one for lists only.
    EXCEPTIONS
        .iter()
        .any(|(name, place, _)| *name == operation.name && same(place) && (!place.is_empty() || body.is_array()))
}

fn read_operation(method: &str, template: &str, operation: &Value, schemas: &Map<String, Value>) -> Operation {
    let method = method.to_uppercase();
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let in_query = parameters.filter(|parameter| parameter["in"] == "query");
    let body = &operation["requestBody"];
    let answers = object(&operation["responses"]).iter();
    Operation {
        name: format!("{method} {template}"),
        method,
        template: template.to_owned(),
        parameters: in_query.filter_map(|parameter| parameter["name"].as_str().map(str::to_owned)).collect(),
        body: body_schema(body, schemas),
        body_required: body["required"] == true,
        answers: answers.map(|(status, answer)| (status.clone(), body_schema(answer, schemas))).collect(),
    }
}

fn body_schema(part: &Value, schemas: &Map<String, Value>) -> Option<Validator> {
    let content = part.get("content")?.as_object()?;
    let schema = content.values().next()?.get("schema")?;
    let mut document = translate(schema);
    let mut reached = Map::new();
    reach(schema, schemas, &mut reached);
    document["components"] = json!({ "schemas": reached });
    let validator = jsonschema::options().with_draft(Draft::Draft4).build(&document);
    Some(validator.unwrap_or_else(|error| panic!("a schema of the description is not usable: {error}")))
}

/// The schemas that this one refers to, at any depth.
fn reach(schema: &Value, schemas: &Map<String, Value>, reached: &mut Map<String, Value>) {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
    if let Some((name, found)) = name.and_then(|name| Some((name, schemas.get(name)?)))
        && !reached.contains_key(name)
    {
        reached.insert(name.to_owned(), translate(found));
        reach(found, schemas, reached);
    }
    match schema {
        Value::Object(fields) => fields.values().for_each(|field| reach(field, schemas, reached)),
        Value::Array(items) => items.iter().for_each(|item| reach(item, schemas, reached)),
        _ => {}
    }
}

/// `OpenAPI` 3.0 to JSON Schema: `nullable` becomes a type, and fields that nobody described are refused.
fn translate(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    let mut out = Map::new();
    for (keyword, value) in fields {
        let value = match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                Value::Object(properties.iter().map(|(name, schema)| (name.clone(), translate(schema))).collect())
            }
            ("items" | "additionalProperties" | "not", schema) => translate(schema),
            ("allOf" | "oneOf" | "anyOf", Value::Array(all)) => all.iter().map(translate).collect(),
            ("example" | "examples" | "default", _) => continue,
            (_, other) => other.clone(),
        };
        out.insert(keyword.clone(), value);
    }
    if out.contains_key("properties") && !out.contains_key("additionalProperties") {
        out.insert("additionalProperties".to_owned(), json!(false));
    }
    if out.get("nullable") == Some(&json!(true)) {
        allow_null(&mut out);
    }
    Value::Object(out)
}

fn allow_null(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get("type").cloned() {
        schema.insert("type".to_owned(), json!([kind, "null"]));
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("the API description has no object where one belongs: {value}"))
}
