//! Bounded exhaustive models of the HA protocol.

mod explore;
mod lease;
mod log;

#[cfg(test)]
mod probe {
    use super::explore::*;
    use super::log::*;
    #[test]
    fn probe() {
        let t = std::time::Instant::now();
        let show = |name: &str, m: LogModel| {
            let t = std::time::Instant::now();
            let e = explore(&m);
            println!("{name}: {} states {:?}", e.states, t.elapsed());
            if let Outcome::Violated(v) = e.outcome {
                for l in v {
                    println!("   {l}");
                }
            }
        };
        let spec = std::env::var("SPEC").unwrap_or("2,3,2,4".into());
        let v: Vec<usize> = spec.split(',').map(|x| x.parse().unwrap()).collect();
        let mut b = Bounds::of(v[0], v[1] as u8, v[2] as u8, v[3] as u8);
        let opts = std::env::var("OPTS").unwrap_or_default();
        b.suspends = opts.contains('s');
        b.late_deletes = opts.contains('d');
        b.slow_checkpoints = opts.contains('c');
        b.memory_image = opts.contains('m');
        let mut r = Rules::TEXT;
        for rule in std::env::var("RULES").unwrap_or_default().split(',') {
            match rule {
                "" => {}
                "nofence" => r.prune = Prune::FencesToo,
                "early" => r.prune = Prune::BeforeCheckpoint,
                "noval" => r.validation = Validation::Dropped,
                "above" => r.validation = Validation::FenceAboveFloor,
                "trust" => r.exists = Exists::Trusted,
                "uid" => r.exists = Exists::MyUid,
                "two" => r.in_flight = 2,
                "nocmp" => r.compares_before_checkpoint = false,
                "inplace" => r.settles_outstanding = false,
                "nostands" => r.last_applied_stands = false,
                "stale" => r.refuses_by_fresh_floor = false,
                "ack" => r.strict_ack = true,
                "noop" => r.strict_noop = true,
                "accuse" => r.accuses_store = true,
                x => panic!("{x}"),
            }
        }
        show(&format!("{spec} {opts}"), LogModel::new(b, r));
        let _ = t;
    }

    #[test]
    fn lease() {
        use super::lease as l;
        let spec = std::env::var("SPEC").unwrap_or("2,2,3,2".into());
        let v: Vec<usize> = spec.split(',').map(|x| x.parse().unwrap()).collect();
        let opts = std::env::var("OPTS").unwrap_or_default();
        let b = l::Bounds {
            nodes: v[0],
            terms: v[1] as u8,
            slots: v[2] as u8,
            lease_ticks: v[3] as u8,
            late_beats: opts.contains('l'),
        };
        let mut r = l::Rules::TEXT;
        for rule in std::env::var("RULES").unwrap_or_default().split(',') {
            match rule {
                "" => {}
                "once" => r.wait = l::Wait::Once,
                "last" => r.wait = l::Wait::LastOwnerOnly,
                "look" => r.look_sees = true,
                "noopfirst" => r.beat_before_noop = false,
                "resend" => r.resend_proves = true,
                "revive" => r.beat_revives = true,
                "term" => r.standby_needs_term = true,
                x => panic!("{x}"),
            }
        }
        let t = std::time::Instant::now();
        let e = explore(&l::LeaseModel::new(b, r));
        println!("{spec} {opts}: {} states {:?}", e.states, t.elapsed());
        if let Outcome::Violated(v) = e.outcome {
            for l in v {
                println!("   {l}");
            }
        }
    }
}
