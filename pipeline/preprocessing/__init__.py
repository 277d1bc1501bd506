"""Preprocessing turns validated rows into features: row-wise steps, a split, transforms fitted on train only."""
