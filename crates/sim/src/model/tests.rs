//! The two claims of the models.

use super::{Scale, Verdict, mutants, sound_models};

#[test]
fn sound_models_hold() {
    for report in sound_models(Scale::Check) {
        println!("{report}");
        assert!(report.holds(), "{report}");
    }
}

#[test]
fn each_mutant_is_caught() {
    for report in mutants() {
        println!("{report}");
        assert!(!report.holds(), "nobody notices: {report}");
        let Verdict::Violated { steps } = &report.verdict else { continue };
        assert!(steps.len() > 2, "a trace tells what happened: {report}");
    }
}
