"""Lambda functions that come with this program: each a folder that is sent to AWS as it is."""
