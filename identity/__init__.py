"""The sign-in of a product on AWS: certificate, user pool, resource servers and clients."""
