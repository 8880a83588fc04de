//! What kind of run a stage is, as its name suggests.

/// Words that a stage's name may hold, and the type of run that they tell; the first line with a hit counts.
const KINDS: &[(&[&str], &str)] = &[
    (&["coupon", "generate"], "coupon_generation"),
    (&["drc"], "drc_validation"),
    (&["em", "simulation", "sim"], "em_simulation"),
    (&["dataset"], "dataset_build"),
    (&["train"], "model_training"),
    (&["eval"], "model_evaluation"),
    (&["valid"], "formula_validation"),
    (&["formula", "discovery"], "formula_discovery"),
    (&["export", "gerber"], "export"),
    (&["gc"], "gc_sweep"),
    (&["verify", "integrity"], "integrity_check"),
];

/// The type of run that a stage's name suggests; `other` when it suggests none.
pub fn kind_of(stage: &str) -> &'static str {
    let stage = stage.to_lowercase();
    let hit = KINDS.iter().find(|(words, _)| words.iter().any(|word| stage.contains(word)));
    hit.map_or("other", |(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn stages_are_told_by_the_words_in_their_names() {
        for (stage, kind) in [
            ("generate_coupon", "coupon_generation"),
            ("coupon_gen", "coupon_generation"),
            ("run_drc", "drc_validation"),
            ("drc_check", "drc_validation"),
            ("run_simulation", "em_simulation"),
            ("em_sweep", "em_simulation"),
            ("sim_run", "em_simulation"),
            ("create_dataset", "dataset_build"),
            ("build_dataset", "dataset_build"),
            ("train_model", "model_training"),
            ("model_training", "model_training"),
            ("eval_model", "model_evaluation"),
            ("formula_discovery", "formula_discovery"),
            ("discover_formula", "formula_discovery"),
            ("validate_formula", "formula_validation"),
            ("export_gerbers", "export"),
            ("gerber_export", "export"),
            ("gc_sweep", "gc_sweep"),
            ("run_gc", "gc_sweep"),
            ("verify_data", "integrity_check"),
            ("integrity_check", "integrity_check"),
            ("random_stage", "other"),
            ("my_custom_step", "other"),
            // The first line with a hit counts, and case does not.
            ("generate_em_mesh", "coupon_generation"),
            ("Train", "model_training"),
            ("", "other"),
        ] {
            assert_eq!(kind_of(stage), kind, "{stage}");
        }
    }
}
