"""What the system tests and the demo share: a sandbox, real servers, packets and SMTP."""
