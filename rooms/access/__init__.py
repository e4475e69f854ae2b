"""Who may come in and how often: sessions, creator passes, rate and connection limits."""
