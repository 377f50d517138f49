//! Listings in other orders and sizes.

use brownstone_store::Store;
use brownstone_store::bucket::BucketStore;
use ha::verbs::{Answer, Name, Verb};

use crate::{name, patient};

/// All names, page by page.
fn listed(store: &BucketStore, max: usize) -> Vec<Name> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let list = Verb::List { prefix: name("log"), after: after.clone(), max };
        let Answer::Page { names, more } = store.run(&list) else { panic!("no page") };
        assert!(names.len() <= max);
        after = names.last().cloned();
        all.extend(names);
        if !more {
            return all;
        }
    }
}

#[test]
fn a_listing_is_whole_and_in_order_whatever_pages_and_order_the_service_gives() {
    let (small, store) = patient();
    let names: Vec<Name> = (10..21).map(|n| name(&format!("log/0/{n}.json"))).collect();
    small.expects(&[]);
    small.with(|state| {
        let keys = names.iter().map(|name| (format!("plane/{name}"), b"x".to_vec()));
        state.objects = keys.collect();
    });
    let pages = [(1000, 4), (3, 4), (1, 1000), (1000, 11), (2, 10)];
    for (page, max) in pages {
        small.with(|state| state.page = page);
        assert_eq!(listed(&store, max), names, "the service gives {page}, {max} are asked for");
    }
    let last = Verb::List { prefix: name("log"), after: Some(names[8].clone()), max: 2 };
    assert_eq!(store.run(&last), Answer::Page { names: names[9..].to_vec(), more: false }, "that is all");
    let before = small.with(|state| state.asked.len());
    let first = Verb::List { prefix: name("log"), after: None, max: 4 };
    assert!(matches!(store.run(&first), Answer::Page { more: true, .. }));
    assert_eq!(small.with(|state| state.asked.len()) - before, 3, "two each, until there is one more");
    // All of one page, and below this prefix only.
    small.with(|state| {
        state.page = 1000;
        state.objects.insert("plane/log2/1.json".to_owned(), b"x".to_vec());
    });
    let list = Verb::List { prefix: name("log"), after: None, max: usize::MAX };
    assert_eq!(store.run(&list), Answer::Page { names: names.clone(), more: false });
    small.with(|state| state.backwards = true);
    for (page, max) in pages {
        small.with(|state| state.page = page);
        assert_eq!(listed(&store, max), names, "backwards: the service gives {page}, {max} are asked for");
    }
    // Found out once, it is not asked for an order again.
    small.with(|state| {
        state.page = 1000;
        state.asked.clear();
    });
    assert_eq!((listed(&store, 1000), small.with(|state| state.asked.len())), (names, 1));
}
