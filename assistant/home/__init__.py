"""What every feature may use: what the home remembers, speech, the clock."""
