//! Trees with lines, drawn from any graph: what stands there already is not drawn a second time.

use std::collections::HashSet;

use super::paper::{Paper, Style};

/// What hangs below something, and by what relation where that is worth saying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Twig {
    pub(super) id: String,
    pub(super) relation: Option<String>,
}

/// A graph as it is drawn.
pub(super) trait Graph {
    /// What hangs below this one, in order.
    fn below(&self, id: &str) -> &[Twig];
    /// What is written for this one; clean.
    fn label(&self, id: &str) -> String;
}

/// Draws what hangs below `root`, at most `depth` levels deep; what lies deeper is `…`. Circles end where they meet
/// themselves.
pub(super) fn draw(graph: &dyn Graph, root: &str, depth: usize, paper: &Paper) -> String {
    let mut text = format!("{}\n", graph.label(root));
    let mut drawn = HashSet::from([root.to_owned()]);
    // For every open level: what still has to be drawn, last one first.
    let mut levels = vec![waiting(graph, root)];
    while let Some(level) = levels.last_mut() {
        let Some(twig) = level.pop() else {
            levels.pop();
            continue;
        };
        let (upper, own) = levels.split_at(levels.len() - 1);
        let lines: String = upper.iter().map(|level| if level.is_empty() { "   " } else { "│  " }).collect();
        let corner = if own[0].is_empty() { "└─ " } else { "├─ " };
        text.push_str(&paper.paint(&format!("{lines}{corner}"), Style::Dim));
        text.push_str(&graph.label(&twig.id));
        if let Some(relation) = &twig.relation {
            text.push_str(&paper.paint(&format!("  {relation}"), Style::Dim));
        }
        let more = !graph.below(&twig.id).is_empty();
        let again = !drawn.insert(twig.id.clone());
        let deeper = levels.len() >= depth;
        if more && (again || deeper) {
            text.push_str(&paper.paint(if again { "  (see above)" } else { "  …" }, Style::Dim));
        }
        text.push('\n');
        if more && !again && !deeper {
            levels.push(waiting(graph, &twig.id));
        }
    }
    text
}

fn waiting(graph: &dyn Graph, id: &str) -> Vec<Twig> {
    graph.below(id).iter().rev().cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    struct Plan(HashMap<&'static str, Vec<Twig>>);

    impl Graph for Plan {
        fn below(&self, id: &str) -> &[Twig] {
            self.0.get(id).map(Vec::as_slice).unwrap_or_default()
        }

        fn label(&self, id: &str) -> String {
            id.to_uppercase()
        }
    }

    fn plan(edges: &[(&'static str, &[&str])]) -> Plan {
        let twig = |text: &&str| match text.split_once('=') {
            Some((relation, id)) => Twig { id: id.to_owned(), relation: Some(relation.to_owned()) },
            None => Twig { id: (*text).to_owned(), relation: None },
        };
        Plan(edges.iter().map(|(id, below)| (*id, below.iter().map(twig).collect())).collect())
    }

    #[test]
    fn lines_join_what_belongs_together_and_repeats_are_elided() {
        let plan = plan(&[("d", &["b", "c", "config_from=e"]), ("b", &["a"]), ("c", &["b", "a"]), ("a", &["x"])]);
        assert_eq!(
            draw(&plan, "d", 10, &Paper::plain()),
            "\
D
├─ B
│  └─ A
│     └─ X
├─ C
│  ├─ B  (see above)
│  └─ A  (see above)
└─ E  config_from
"
        );
        assert_eq!(draw(&plan, "d", 1, &Paper::plain()), "D\n├─ B  …\n├─ C  …\n└─ E  config_from\n");
        assert_eq!(draw(&plan, "x", 1, &Paper::plain()), "X\n");
    }

    #[test]
    fn circles_and_long_chains_end() {
        let circle = plan(&[("a", &["b"]), ("b", &["a"])]);
        assert_eq!(draw(&circle, "a", 10, &Paper::plain()), "A\n└─ B\n   └─ A  (see above)\n");
        struct Chain(Vec<[Twig; 1]>);
        impl Graph for Chain {
            fn below(&self, id: &str) -> &[Twig] {
                self.0.get(id.parse::<usize>().unwrap()).map(|twig| &twig[..]).unwrap_or_default()
            }
            fn label(&self, id: &str) -> String {
                id.to_owned()
            }
        }
        let twig = |at: usize| [Twig { id: (at + 1).to_string(), relation: None }];
        let chain = Chain((0..2000).map(twig).collect());
        assert_eq!(draw(&chain, "0", usize::MAX, &Paper::plain()).lines().count(), 2001);
    }
}
