//! `workspace create`, `set`, `show`.

use crate::site::Site;

#[tokio::test]
async fn a_workspace_says_whether_keys_may_stand_in_paths() {
    let site = Site::new();
    let _stack = site.start(&[]).await;
    let allowed = async |id: &str| {
        site.json(&["workspace", "show", id]).await["keys_in_paths"].as_bool().unwrap()
    };
    assert!(allowed("demo").await, "the demo is called as its dialect's source calls it");
    for (arguments, id, expected) in [
        (&["create", "plain"][..], "plain", false),
        (&["create", "open", "--keys-in-paths"], "open", true),
        (&["set", "open", "--keys-in-paths", "off"], "open", false),
        (&["set", "plain", "--keys-in-paths", "on"], "plain", true),
    ] {
        let answer = site.run(&[&["workspace"], arguments].concat()).await;
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let word = if expected { "on" } else { "off" };
        assert!(
            answer
                .stdout
                .lines()
                .any(|line| line.starts_with("Keys in paths") && line.ends_with(word))
        );
        assert_eq!(allowed(id).await, expected, "{arguments:?}");
    }
    for (arguments, code) in [
        (&["set", "absent", "--keys-in-paths", "on"][..], 3),
        (&["set", "demo", "--keys-in-paths", "perhaps"], 2),
        (&["set", "demo"], 2),
    ] {
        assert_eq!(
            site.run(&[&["workspace"], arguments].concat()).await.code,
            code,
            "{arguments:?}"
        );
    }
}
