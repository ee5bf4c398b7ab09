"""Lambda functions that come with this program. Each is a folder that AWS gets as it is: they import nothing from here."""
