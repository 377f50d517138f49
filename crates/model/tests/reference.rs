//! `docs/types.md` says what the tables say.

use std::path::Path;

#[test]
fn the_page_about_types_is_made_from_their_tables() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/types.md");
    let page = brownstone_model::reference::markdown();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == page,
        "the tables have changed: `UPDATE_GOLDEN=1 cargo test -p brownstone-model --test reference` writes {} anew",
        file.display()
    );
}
