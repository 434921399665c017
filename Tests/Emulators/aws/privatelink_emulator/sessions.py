"""STS: roles of other accounts."""

from moto.core.responses import ActionResult

from .identities import assume


class SessionResponses:
    def assume_role(self):
        return self._session(
            assume(
                self.caller,
                self._get_param("RoleArn"),
                self._get_param("RoleSessionName"),
                self._get_param("ExternalId"),
                self._get_int_param("DurationSeconds", 3600),
            )
        )

    def assume_role_with_web_identity(self):
        return self._session(
            assume(
                None,
                self._get_param("RoleArn"),
                self._get_param("RoleSessionName"),
                None,
                self._get_int_param("DurationSeconds", 3600),
                self._get_param("WebIdentityToken"),
            )
        )

    def _session(self, issued):
        key_id, key = issued
        return ActionResult(
            {
                "Credentials": {
                    "AccessKeyId": key_id,
                    "SecretAccessKey": key.secret,
                    "SessionToken": key.token,
                    "Expiration": key.expires,
                },
                "AssumedRoleUser": {"AssumedRoleId": "AROAEXAMPLE:postern", "Arn": key.caller.arn},
                "PackedPolicySize": 6,
            }
        )

    def get_caller_identity(self):
        caller = self.caller
        return ActionResult({"UserId": "AIDAEXAMPLE", "Account": caller.account, "Arn": caller.arn})
