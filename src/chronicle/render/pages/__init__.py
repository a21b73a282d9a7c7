"""The answers: each in all its forms, with its page for people."""
