//! The deployment's template, as SAM's translator makes it.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::{Function, Role};

/// The translated template.
pub struct Template(Value);

impl Template {
    /// Reads it from where `tests/lambda/run` puts it.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let path = root.join("target/lambda-test/template.json");
        let text = fs::read(&path).unwrap_or_else(|error| {
            panic!("{}: {error}; tests/lambda/run makes it", path.display())
        });
        Self(serde_json::from_slice(&text).unwrap())
    }

    /// The role of a function.
    pub fn role(&self, function: Function) -> Role {
        let role = &self.properties(function)["Role"]["Fn::GetAtt"][0];
        Role::read(&self.0["Resources"][role.as_str().unwrap()])
    }

    /// The environment of a function, where `value_of` knows what has the logical id.
    pub fn environment(
        &self,
        function: Function,
        value_of: impl Fn(&str) -> Option<String>,
    ) -> BTreeMap<String, String> {
        let variables = &self.properties(function)["Environment"]["Variables"];
        let variables = variables.as_object().unwrap().iter();
        variables
            .map(|(name, value)| {
                let stack = || value_of("AWS::StackName").expect("the stack's name");
                let value = match (value.as_str(), value["Ref"].as_str(), value["Fn::Sub"].as_str())
                {
                    (Some(text), ..) => text.to_owned(),
                    (None, Some(id), _) => value_of(id).unwrap_or_else(|| self.default(id)),
                    (None, None, Some(text)) => text.replace("${AWS::StackName}", &stack()),
                    _ => panic!("the variable {name} is not understood: {value}"),
                };
                (name.clone(), value)
            })
            .collect()
    }

    fn properties(&self, function: Function) -> &Value {
        let resources = self.0["Resources"].as_object().unwrap().values();
        let ending = format!("-{}", function.name());
        let named = |resource: &&Value| {
            resource["Type"] == "AWS::Lambda::Function"
                && resource["Properties"]["FunctionName"]["Fn::Sub"]
                    .as_str()
                    .is_some_and(|name| name.ends_with(&ending))
        };
        let found = { resources }.find(named);
        let found = found.unwrap_or_else(|| panic!("no function called {}", function.name()));
        &found["Properties"]
    }

    fn default(&self, parameter: &str) -> String {
        match &self.0["Parameters"][parameter]["Default"] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => panic!("{parameter} is no parameter with a default"),
        }
    }
}
