"""Sign-in for a product on AWS: certificate, user pool, resource servers and app clients."""
