"""Google's token endpoints: JWT grant, refresh token, metadata server, STS exchange, impersonation."""

import json
import secrets
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .errors import ApiError, unauthenticated

CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
CLOCK_SKEW = 60


class GrantRefused(Exception):
    """OAuth's own shape of a refusal (RFC 6749, 5.2)."""

    def __init__(self, error, description, status=400):
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class Token:
    def __init__(self, principal, scopes, expires_at):
        self.principal = principal
        self.scopes = scopes
        self.expires_at = expires_at


class Tokens:
    def __init__(self):
        self.lifetime = 3600
        self.issued = {}
        self.keys = {}
        self.refresh_tokens = {}
        self.subject_tokens = {}
        self.creators = {}
        self.metadata_principal = None
        self.counts = {}

    # Setting the scene

    def make_service_account(self, email, token_uri):
        """A key file for a service account, as Google's console hands it out."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key_id = secrets.token_hex(20)
        self.keys[key_id] = (email, key.public_key(), token_uri)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return {
            "type": "service_account", "project_id": email.split("@")[1].split(".")[0], "private_key_id": key_id,
            "private_key": pem.decode(), "client_email": email, "client_id": "1234567890", "token_uri": token_uri,
            "universe_domain": "googleapis.com",
        }

    def make_user(self, email):
        refresh = "1//" + secrets.token_urlsafe(24)
        secret = secrets.token_urlsafe(12)
        self.refresh_tokens[refresh] = ("emulated-client", secret, email)
        return {
            "type": "authorized_user", "client_id": "emulated-client", "client_secret": secret,
            "refresh_token": refresh, "universe_domain": "googleapis.com",
        }

    def issue(self, principal, scopes):
        token = "ya29.emulated-" + secrets.token_urlsafe(24)
        self.issued[token] = Token(principal, list(scopes), time.time() + self.lifetime)
        return token

    def bearer(self, header):
        """The token behind an Authorization header."""
        if not header or not header.startswith("Bearer "):
            raise unauthenticated(
                "Request is missing required authentication credential. Expected OAuth 2 access token.")
        text = header[len("Bearer "):]
        token = self._self_signed(text) if text.startswith("eyJ") else self.issued.get(text)
        if token is None or token.expires_at <= time.time():
            raise unauthenticated()
        return token

    def _self_signed(self, text):
        """A service account's own JWT in place of an access token, as Google's libraries prefer (AIP-4111)."""
        try:
            email, key, _ = self.keys[jwt.get_unverified_header(text)["kid"]]
            claims = jwt.decode(
                text, key, algorithms=["RS256"], leeway=CLOCK_SKEW,
                options={"require": ["iss", "sub", "iat", "exp"], "verify_aud": False})
        except (jwt.PyJWTError, KeyError):
            return None
        if claims["iss"] != email or claims["sub"] != email:
            return None
        scopes = str(claims.get("scope", "")).split() or [CLOUD_PLATFORM]
        return Token(email, scopes, claims["exp"])

    def _reply(self, principal, scopes):
        return {
            "access_token": self.issue(principal, scopes), "expires_in": self.lifetime, "token_type": "Bearer",
            "scope": " ".join(scopes),
        }

    def _count(self, kind):
        self.counts[kind] = self.counts.get(kind, 0) + 1

    # Endpoints

    def oauth(self, form):
        """`oauth2.googleapis.com/token`."""
        grant = form.get("grant_type")
        if grant == JWT_GRANT:
            self._count("jwt")
            return self._jwt_grant(form.get("assertion", ""))
        if grant == "refresh_token":
            self._count("refresh_token")
            client, secret, principal = self.refresh_tokens.get(form.get("refresh_token", ""), (None, None, None))
            if client is None:
                raise GrantRefused("invalid_grant", "Bad Request")
            if form.get("client_id") != client or form.get("client_secret") != secret:
                raise GrantRefused("invalid_client", "The OAuth client was not found.", 401)
            return self._reply(principal, [CLOUD_PLATFORM])
        raise GrantRefused("unsupported_grant_type", f"Invalid grant_type: {grant}")

    def _jwt_grant(self, assertion):
        try:
            header = jwt.get_unverified_header(assertion)
        except jwt.PyJWTError:
            raise GrantRefused("invalid_grant", "Invalid JWT: Failed to parse.") from None
        email, key, audience = self.keys.get(header.get("kid"), (None, None, None))
        if email is None:
            raise GrantRefused("invalid_grant", "Invalid grant: account not found")
        if header.get("alg") != "RS256" or header.get("typ") != "JWT":
            raise GrantRefused("invalid_grant", "Invalid JWT: the header has to say RS256 and JWT.")
        try:
            claims = jwt.decode(
                assertion, key, algorithms=["RS256"], audience=audience, leeway=CLOCK_SKEW,
                options={"require": ["iss", "aud", "iat", "exp"]})
        except jwt.InvalidSignatureError:
            raise GrantRefused("invalid_grant", "Invalid JWT Signature.") from None
        except jwt.InvalidAudienceError:
            raise GrantRefused("invalid_grant", f"Invalid JWT: the audience has to be {audience}.") from None
        except jwt.PyJWTError as error:
            raise GrantRefused(
                "invalid_grant", f"Invalid JWT: Token must be a short-lived token (60 minutes): {error}") from None
        if claims["iss"] != email or claims.get("sub", email) != email:
            raise GrantRefused("invalid_grant", "Invalid JWT: iss is not the key's service account.")
        if claims["exp"] - claims["iat"] > 3600:
            raise GrantRefused(
                "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.")
        scopes = str(claims.get("scope", "")).split()
        if not scopes:
            raise GrantRefused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return self._reply(email, scopes)

    def exchange(self, form):
        """`sts.googleapis.com/v1/token` (RFC 8693)."""
        self._count("sts")
        if form.get("grant_type") != EXCHANGE_GRANT or form.get("requested_token_type") != ACCESS_TOKEN_TYPE:
            raise GrantRefused("invalid_request", "Invalid value for \"grant_type\" or \"requested_token_type\".")
        known = self.subject_tokens.get(form.get("subject_token", ""))
        if known is None:
            raise GrantRefused("invalid_grant", "The given credential is rejected by the attribute condition.")
        audience, kind, principal = known
        if form.get("audience") != audience or form.get("subject_token_type") != kind:
            raise GrantRefused("invalid_target", "The target service indicated by the \"audience\" is invalid.")
        reply = self._reply(principal, str(form.get("scope", "")).split())
        reply["issued_token_type"] = ACCESS_TOKEN_TYPE
        return reply

    def metadata(self, path, flavor):
        """The metadata server of a VM; None stands for a path that it does not have."""
        if flavor != "Google":
            raise GrantRefused("forbidden", "Missing Metadata-Flavor:Google header.", 403)
        if self.metadata_principal is None:
            return None
        if path == "/computeMetadata/v1/instance/service-accounts/default/token":
            self._count("metadata")
            reply = self._reply(self.metadata_principal, [CLOUD_PLATFORM])
            del reply["scope"]
            return json.dumps(reply)
        if path == "/computeMetadata/v1/instance/service-accounts/default/email":
            return self.metadata_principal
        return None

    def impersonate(self, caller, email, body):
        """`iamcredentials.projects.serviceAccounts.generateAccessToken`."""
        self._count("impersonation")
        if email not in self.creators or caller.principal not in self.creators[email]:
            raise ApiError(
                403, "forbidden",
                "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
                "PERMISSION_DENIED", details=[{
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED",
                    "domain": "iam.googleapis.com",
                    "metadata": {"permission": "iam.serviceAccounts.getAccessToken"}}])
        seconds = float(body.get("lifetime", "3600s").removesuffix("s"))
        if not body.get("scope") or not 0 < seconds <= 3600:
            raise ApiError(400, "badRequest", "Request contains an invalid argument.", "INVALID_ARGUMENT")
        token = self.issue(email, body["scope"])
        expires = min(time.time() + seconds, self.issued[token].expires_at)
        self.issued[token].expires_at = expires
        return {
            "accessToken": token,
            "expireTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)),
        }
