"""Lambda functions that come with this program. Each folder goes to AWS as it is: it imports nothing from here."""
