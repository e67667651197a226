//! What a function may do: the statements of its role, in the part of IAM's language that the
//! template uses. What is not understood is refused, so that no test passes for want of reading.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display},
};

use serde_json::Value;

/// One use of one thing, as IAM looks at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// `dynamodb:GetItem`.
    pub action: String,
    /// By its name in the template: `RunsTable`, `ConfigTable/index/by_workspace`.
    pub resource: String,
    /// The partition keys of the items, where it is about items.
    pub keys: BTreeSet<String>,
}

impl Display for Access {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} on {}", self.action, self.resource)
    }
}

/// An action and a resource that a role allows, as they stand in it.
pub type Right = (String, String);

/// The statements of a role.
#[derive(Clone, Debug, Default)]
pub struct Role(Vec<Statement>);

/// One statement that allows something.
#[derive(Clone, Debug)]
pub struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
    /// Patterns, one of which every partition key has to match.
    keys: Option<Vec<String>>,
}

impl Role {
    /// From an `AWS::IAM::Role`.
    pub fn read(role: &Value) -> Self {
        let policies = role["Properties"]["Policies"].as_array().into_iter().flatten();
        let statements = policies.flat_map(|policy| each(&policy["PolicyDocument"]["Statement"]));
        Self(statements.map(Statement::read).collect())
    }

    /// Which of its rights allow this.
    pub fn rights(&self, access: &Access) -> BTreeSet<Right> {
        self.0.iter().flat_map(|statement| statement.rights(access)).collect()
    }

    /// All of its rights but those to write the log, which Lambda uses for the function.
    pub fn all_rights(&self) -> BTreeSet<Right> {
        let pairs = self.0.iter().flat_map(|statement| {
            statement.actions.iter().flat_map(|action| {
                statement.resources.iter().map(|resource| (action.clone(), resource.clone()))
            })
        });
        pairs.filter(|(action, _)| !action.starts_with("logs:")).collect()
    }
}

impl Statement {
    fn read(statement: &Value) -> Self {
        let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
        let members = statement.as_object().unwrap();
        assert!(members.keys().all(|member| known.contains(&member.as_str())), "{statement}");
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        let actions = each(&statement["Action"]).map(|action| action.as_str().unwrap().to_owned());
        Self {
            actions: actions.collect(),
            resources: each(&statement["Resource"]).map(resource).collect(),
            keys: members.get("Condition").map(leading_keys),
        }
    }

    fn rights(&self, access: &Access) -> BTreeSet<Right> {
        let may_touch = self.keys.as_ref().is_none_or(|patterns| {
            access.keys.iter().all(|key| patterns.iter().any(|pattern| matches(pattern, key)))
        });
        let pairs = self.actions.iter().flat_map(|action| {
            self.resources.iter().map(|resource| (action.clone(), resource.clone()))
        });
        pairs
            .filter(|(action, resource)| {
                may_touch && *action == access.action && matches(resource, &access.resource)
            })
            .collect()
    }
}

/// What stands before `parameter/…`.
const PARAMETERS: &str = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:";

/// `{"Fn::GetAtt": ["RunsTable", "Arn"]}` is `RunsTable`, and
/// `{"Fn::Sub": "${RunsTable.Arn}/index/*"}` is `RunsTable/index/*`. Of what is not in the template it is the ARN
/// without partition, Region and account.
fn resource(value: &Value) -> String {
    let text = value["Fn::Sub"].as_str().unwrap_or_default();
    if let Some(parameters) = text.strip_prefix(PARAMETERS) {
        return parameters.to_owned();
    }
    let named = match (&value["Fn::GetAtt"], value["Fn::Sub"].as_str()) {
        (Value::Array(parts), _) if parts.get(1).is_some_and(|part| part == "Arn") => {
            parts[0].as_str().map(str::to_owned)
        }
        (_, Some(text)) => text
            .strip_prefix("${")
            .and_then(|text| text.split_once(".Arn}"))
            .map(|(name, rest)| format!("{name}{rest}")),
        _ => None,
    };
    named.filter(|name| !name.contains('$')).unwrap_or_else(|| panic!("unknown resource: {value}"))
}

fn leading_keys(condition: &Value) -> Vec<String> {
    let conditions: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_value(condition.clone()).unwrap();
    let parts: Vec<_> = conditions.iter().collect();
    let [(operator, operands)] = parts.as_slice() else { panic!("unknown condition: {condition}") };
    assert_eq!(operator.as_str(), "ForAllValues:StringLike", "unknown condition: {condition}");
    assert_eq!(operands.len(), 1, "unknown condition: {condition}");
    let patterns = each(&operands["dynamodb:LeadingKeys"]);
    patterns.map(|pattern| pattern.as_str().unwrap().to_owned()).collect()
}

/// A list, or the one thing in place of a list.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice).iter()
}

/// Whether `text` is what `pattern` says, where `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn role(statement: &Value) -> Role {
        let policy = json!({"PolicyDocument": {"Statement": [statement]}});
        Role::read(&json!({"Properties": {"Policies": [policy]}}))
    }

    fn access(action: &str, resource: &str, keys: &[&str]) -> Access {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Access { action: action.to_owned(), resource: resource.to_owned(), keys }
    }

    #[test]
    fn a_role_allows_what_it_says_and_nothing_else() {
        let role = role(&json!({
            "Effect": "Allow",
            "Action": ["dynamodb:Query", "dynamodb:GetItem"],
            "Resource": [{"Fn::GetAtt": ["Runs", "Arn"]}, {"Fn::Sub": "${Runs.Arn}/index/*"}],
        }));
        for (action, resource, allowed) in [
            ("dynamodb:Query", "Runs", true),
            ("dynamodb:Query", "Runs/index/by_name", true),
            ("dynamodb:GetItem", "Runs", true),
            ("dynamodb:PutItem", "Runs", false),
            ("dynamodb:Query", "RunsToo", false),
            ("dynamodb:Query", "Config", false),
        ] {
            let rights = role.rights(&access(action, resource, &[]));
            assert_eq!(!rights.is_empty(), allowed, "{action} {resource}");
        }
        assert_eq!(role.all_rights().len(), 4);
    }

    #[test]
    fn a_right_to_some_items_is_none_to_others() {
        let role = role(&json!({
            "Effect": "Allow",
            "Action": "dynamodb:UpdateItem",
            "Resource": {"Fn::GetAtt": ["Config", "Arn"]},
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["KEY#*"]}},
        }));
        let allows =
            |keys: &[&str]| !role.rights(&access("dynamodb:UpdateItem", "Config", keys)).is_empty();
        assert!(allows(&["KEY#1"]));
        assert!(!allows(&["FLOW#1"]));
        assert!(!allows(&["KEY#1", "FLOW#1"]));
    }

    #[test]
    #[should_panic(expected = "unknown condition")]
    fn a_condition_that_is_not_understood_is_refused() {
        role(&json!({
            "Effect": "Allow", "Action": "a:B", "Resource": {"Fn::GetAtt": ["C", "Arn"]},
            "Condition": {"Null": {"x": "true"}},
        }));
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, fits) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "abc", true),
            ("a*c", "abc", true),
            ("a*b*c", "axxbxxc", true),
            ("a*b*c", "axxc", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
