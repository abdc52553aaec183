//! Administrator roles by the names under which they are given. What an id does not say by itself is learnt from the list of
//! roles.

use serde::Deserialize;

use super::answers::{Person, is_same_id, plain_id};
use super::calls;
use super::pages::{self, Ask};
use crate::model::{Role, fold};

/// A role as the list tells it.
#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    #[serde(default)]
    name: String,
}

/// The name in the list of each role that can be given (`webex-api.md` 7.2).
const TITLES: [(&str, Role); 4] = [
    ("Full Administrator", Role::FullAdmin),
    ("User Administrator", Role::UserAdmin),
    ("Read-only Administrator", Role::ReadonlyAdmin),
    ("Device Administrator", Role::DeviceAdmin),
];

/// What a role is given as, if its id says so by itself.
fn by_itself(id: &str) -> Option<&'static str> {
    let plain = plain_id(id);
    let plain = plain.as_deref().unwrap_or(id);
    Role::ALL.into_iter().map(Role::scim_value).find(|name| *name == plain)
}

/// Writes the roles of people by the names under which they are given. The list of roles is only asked for where an id
/// says nothing; where it cannot be had, such an id stays as it is, and the role counts as one that nobody knows.
pub async fn name_roles<A: Ask + Sync>(asker: &A, people: &mut [Person]) {
    let mut ids = people.iter().flat_map(|person| &person.roles);
    if ids.all(|id| by_itself(id).is_some()) {
        return;
    }
    let list = pages::linked::<Listed, A>(asker, calls::list_roles(), &["items"]).await.unwrap_or_default();
    for id in people.iter_mut().flat_map(|person| &mut person.roles) {
        if let Some(name) = by_itself(id).or_else(|| by_title(id, &list)) {
            name.clone_into(id);
        }
    }
}

fn by_title(id: &str, list: &[Listed]) -> Option<&'static str> {
    let listed = list.iter().find(|listed| listed.id == id || is_same_id(&listed.id, id))?;
    let role = TITLES.into_iter().find(|(title, _)| letters(title) == letters(&listed.name));
    role.map(|(_, role)| role.scim_value())
}

fn letters(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_known_by_its_id_or_by_its_name_in_the_list() {
        let listed = |id: &str, name: &str| Listed { id: id.to_owned(), name: name.to_owned() };
        let list =
            [listed("r1", "Full Administrator"), listed("r2", "Readonly administrator"), listed("r3", "Site Admin")];
        assert_eq!(by_itself("Y2lzY29zcGFyazovL3VzL1JPTEUvaWRfZnVsbF9hZG1pbg"), Some("id_full_admin"));
        assert_eq!(by_itself("id_user_admin"), Some("id_user_admin"));
        assert_eq!(by_itself("r1"), None);
        for (id, name) in [("r1", Some("id_full_admin")), ("r2", Some("id_readonly_admin")), ("r3", None), ("r4", None)]
        {
            assert_eq!(by_title(id, &list), name, "{id}");
        }
    }
}
