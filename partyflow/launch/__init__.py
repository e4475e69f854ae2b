"""What serve does before it listens: checks and the embedded Valkey."""
