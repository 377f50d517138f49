//! The stock's tables: columns as wide as their widest cell, a bar between two, no borders.

/// A table. A header of two cells and rows of two are a list of keys and values.
#[derive(Debug)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(header: &[&str]) -> Table {
        Table { rows: vec![header.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub(super) fn add(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|cell| cell.replace('\n', " ").trim().to_owned()).collect());
    }

    pub(super) fn text(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                text.push_str(cell);
                if column + 1 < columns {
                    text.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
                    text.push_str("   | ");
                } else {
                    text.push_str("   ");
                }
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_one_line_and_the_last_column_is_not_padded() {
        let mut table = Table::new(&["Id", "Name"]);
        table.add(&["a1", "two\nlines"]);
        table.add(&["long", ""]);
        assert_eq!(table.text(), "Id     | Name   \na1     | two lines   \nlong   |    \n");
    }
}
