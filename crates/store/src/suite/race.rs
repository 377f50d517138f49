//! The check that everything rests on: whoever creates a name owns it, and nobody else believes so.

use std::sync::Barrier;
use std::thread;

use ha::verbs::Name;

use super::clients::{Client, Clients};
use super::{Failure, RACE_NAMES, WRITERS};

pub(super) fn each_name_has_one_winner(clients: &Clients) -> Result<(), Failure> {
    let names: Vec<Name> =
        (0..RACE_NAMES).map(|i| clients.name(&format!("race/{i:020}.json"))).collect::<Result<_, _>>()?;
    // All meet before each name, or the first would run ahead and win them all without a race.
    let meet = Barrier::new(WRITERS);
    let wins: Vec<Vec<bool>> = thread::scope(|scope| {
        let racers: Vec<_> = clients
            .all()
            .iter()
            .enumerate()
            .map(|(writer, client)| {
                let (meet, names) = (&meet, &names);
                scope.spawn(move || race(writer, client, names, meet))
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| {
                racer.join().unwrap_or_else(|_| Err(Failure::broken("a writer panicked (a defect)")))
            })
            .collect::<Result<_, _>>()
    })?;
    for (i, name) in names.iter().enumerate() {
        let winners: Vec<usize> = (0..WRITERS).filter(|writer| wins[*writer][i]).collect();
        let [winner] = winners[..] else {
            return Err(Failure::broken(format!("{name} has {} winners: {winners:?}", winners.len())));
        };
        clients.all()[(winner + 1) % WRITERS].holds(name, content(winner, name).as_bytes())?;
    }
    Ok(())
}

/// Which names this writer won. A loser reads at once what the winner wrote, as the protocol does. After a
/// failure it goes on meeting the others, who would wait for ever otherwise.
fn race(writer: usize, client: &Client, names: &[Name], meet: &Barrier) -> Result<Vec<bool>, Failure> {
    let mut wins = Ok(Vec::new());
    for name in names {
        meet.wait();
        if let Ok(won) = &mut wins {
            match attempt(writer, client, name) {
                Ok(mine) => won.push(mine),
                Err(failure) => wins = Err(failure),
            }
        }
    }
    wins
}

fn attempt(writer: usize, client: &Client, name: &Name) -> Result<bool, Failure> {
    let mine = content(writer, name);
    if client.create(name, mine.as_bytes())? {
        return Ok(true);
    }
    let found = client.read(name)?.unwrap_or_default();
    if (0..WRITERS).any(|other| other != writer && content(other, name).as_bytes() == &found[..]) {
        return Ok(false);
    }
    let found = String::from_utf8_lossy(&found).into_owned();
    Err(Failure::broken(format!(
        "writer {writer} lost {name}, but it holds no other writer's record: {found:?}"
    )))
}

fn content(writer: usize, name: &Name) -> String {
    format!("{{\"writer\":{writer},\"name\":\"{name}\"}}\n")
}
