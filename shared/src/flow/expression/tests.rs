//! tests
use super::*;
#[test]
fn hello() {
    let e = Expression::compile(r#"{ reply: ("hello " + .message) }"#, &[]).unwrap();
    let input = serde_json::json!({"message": "you"});
    assert_eq!(
        e.evaluate(&input, &Variables::new()).unwrap(),
        serde_json::json!({"reply": "hello you"})
    );
}
