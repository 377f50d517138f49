//! Every scene ends well: what its rule is there for happens, and nothing is wrong.

use brownstone_sim::scenes;

#[test]
fn every_scene_ends_well() {
    let wrong = scenes::all().filter_map(|scene| Some(format!("{}: {}", scene.name, scene.violation()?)));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}\n  replay: cargo xtask sim --scene NAME -v", wrong.join("\n"));
}

#[test]
fn a_scene_takes_the_same_course_each_time() {
    for scene in scenes::all() {
        assert_eq!(scene.run(true).transcript, scene.run(true).transcript, "{}", scene.name);
    }
}
