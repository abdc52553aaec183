//! Operations of the true service that Cisco's file at hand leaves out. Their shapes are those of a public client of the
//! same API, so what is said through them is judged too, though not by Cisco's own words.

use serde_json::{Map, Value, json};

/// Paths with their operations, as an API description has them.
pub fn paths() -> Vec<(&'static str, Value)> {
    let address = fields(&["address1", "address2", "city", "state", "postalCode", "country"]);
    let mut suggestion = address.clone();
    suggestion["properties"]["meta"] = json!({ "type": "object" });
    suggestion["properties"]["errors"] = list(&fields(&["code", "title", "detail"]));
    let suggestions = json!({ "type": "object", "properties": { "addresses": list(&suggestion) } });
    let id = required(fields(&["id"]), &["id"]);
    let of_number = json!({ "type": "object", "properties": { "emergencyAddress": address } });
    vec![
        (
            "/telephony/pstn/locations/{locationId}/emergencyAddress/lookup",
            json!({ "post": operation(Some(&address), "200", Some(&suggestions)) }),
        ),
        (
            "/telephony/pstn/locations/{locationId}/emergencyAddress",
            json!({ "post": operation(Some(&address), "201", Some(&id)) }),
        ),
        (
            "/telephony/pstn/locations/{locationId}/emergencyAddresses/{addressId}",
            json!({ "put": operation(Some(&address), "204", None) }),
        ),
        (
            "/telephony/pstn/numbers/{phoneNumber}/emergencyAddress",
            json!({ "put": operation(Some(&of_number), "204", None) }),
        ),
        (
            "/telephony/config/locations/{locationId}/features/emergencyCallbackNumber",
            json!({
                "get": operation(None, "200", Some(&callback())),
                "put": operation(Some(&wanted_callback()), "204", None),
            }),
        ),
        ("/access_token", json!({ "post": operation(Some(&json!({ "type": "string" })), "200", Some(&token())) })),
    ]
}

fn callback() -> Value {
    let mut of_location = fields(&["phoneNumber", "name", "effectiveValue"]);
    of_location["properties"]["effectiveLevel"] = words(&["LOCATION_NUMBER", "LOCATION_MEMBER_NUMBER", "NONE"]);
    of_location["properties"]["quality"] = words(&["RECOMMENDED", "NOT_RECOMMENDED", "INVALID"]);
    let mut of_member = of_location.clone();
    of_member["properties"]["memberType"] = words(&["PEOPLE", "PLACE", "VIRTUAL_LINE", "HUNT_GROUP"]);
    for name in ["firstName", "lastName", "memberId"] {
        of_member["properties"][name] = json!({ "type": "string" });
    }
    let needed = ["effectiveValue", "quality"];
    let all = json!({
        "type": "object",
        "properties": {
            "locationInfo": required(of_location, &needed),
            "locationMemberInfo": required(of_member, &needed),
            "selected": words(&["LOCATION_NUMBER", "LOCATION_MEMBER_NUMBER"]),
            "elinExpiryTimeMinutes": minutes(),
        },
    });
    required(all, &["locationInfo", "locationMemberInfo", "selected", "elinExpiryTimeMinutes"])
}

fn wanted_callback() -> Value {
    let mut wanted = fields(&["locationMemberId"]);
    wanted["properties"]["selected"] = words(&["LOCATION_NUMBER", "LOCATION_MEMBER_NUMBER"]);
    wanted["properties"]["elinExpiryTimeMinutes"] = minutes();
    required(wanted, &["selected"])
}

fn token() -> Value {
    let mut token = fields(&["access_token", "refresh_token", "token_type"]);
    for name in ["expires_in", "refresh_token_expires_in"] {
        token["properties"][name] = json!({ "type": "integer" });
    }
    required(token, &["access_token", "expires_in"])
}

fn minutes() -> Value {
    json!({ "type": "integer", "minimum": 10, "maximum": 1440 })
}

fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// An object of optional texts.
fn fields(names: &[&str]) -> Value {
    let properties = names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" })));
    json!({ "type": "object", "properties": properties.collect::<Map<_, _>>() })
}

fn required(mut schema: Value, names: &[&str]) -> Value {
    schema["required"] = json!(names);
    schema
}

/// An operation that may fail as all others do.
fn operation(body: Option<&Value>, status: &str, answer: Option<&Value>) -> Value {
    let content = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let failure = json!({ "content": content(&json!({ "$ref": "#/components/schemas/ApiError" })) });
    let failures = ["400", "401", "403", "404", "405", "409", "423", "429", "500", "502", "503", "504"];
    let mut responses: Map<String, Value> =
        failures.into_iter().map(|status| (status.to_owned(), failure.clone())).collect();
    let good = answer.map_or_else(|| json!({}), |schema| json!({ "content": content(schema) }));
    responses.insert(status.to_owned(), good);
    let mut operation = json!({ "parameters": [{ "name": "orgId", "in": "query" }], "responses": responses });
    if let Some(schema) = body {
        operation["requestBody"] = json!({ "required": true, "content": content(schema) });
    }
    operation
}
