//! Checks about a name's life: created once, read by all, deleted.

use super::Failure;
use super::clients::Clients;

pub(super) fn a_name_is_created_once(clients: &Clients) -> Result<(), Failure> {
    let (one, two) = clients.pair();
    let name = clients.name("once/00000000000000000001.json")?;
    if !one.create(&name, b"first")? {
        return Err(Failure::broken(format!("{name} is new, but \"exists\"")));
    }
    for (who, client) in [("another client", two), ("the same client", one)] {
        if client.create(&name, b"second, and longer")? {
            return Err(Failure::broken(format!("{who} created {name} a second time")));
        }
        client.holds(&name, b"first")?;
    }
    Ok(())
}

pub(super) fn created_is_read_by_others(clients: &Clients) -> Result<(), Failure> {
    let (one, two) = clients.pair();
    for i in 0..30 {
        let name = clients.name(&format!("seen/{i:020}.json"))?;
        let bytes = format!("record {i}");
        if !one.create(&name, bytes.as_bytes())? {
            return Err(Failure::broken(format!("{name} is new, but \"exists\"")));
        }
        two.holds(&name, bytes.as_bytes())?;
    }
    Ok(())
}

pub(super) fn deleting_is_idempotent(clients: &Clients) -> Result<(), Failure> {
    let (one, two) = clients.pair();
    let name = clients.name("deleted/a/b/c.json")?;
    one.delete(&name)?;
    one.put_own(&name, b"there")?;
    one.delete(&name)?;
    one.delete(&name)?;
    if one.read(&name)?.is_some() {
        return Err(Failure::broken(format!("{name} was deleted, but is read still")));
    }
    if !two.create(&name, b"again")? {
        return Err(Failure::broken(format!("{name} was deleted, but \"exists\"")));
    }
    two.holds(&name, b"again")
}
