"""What Anban can do: one folder per skill, and the child that runs them."""
