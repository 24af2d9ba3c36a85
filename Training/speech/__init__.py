"""Speech to articulation: corpus, truth, network, training and reference inference of mini's ears."""
