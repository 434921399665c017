import CloudTransport
import Connectivity
import ControlPlane
import Foundation
import Testing

@testable import AWSPrivateLink

@Suite struct AWSErrorTests {
    static let classes: [(CloudError.Kind, [String])] = [
        (.throttled, ["RequestLimitExceeded", "Throttling", "ThrottlingException", "SlowDown"]),
        (.unavailable, ["InternalError", "Unavailable", "ServiceUnavailable", "RequestTimeout"]),
        (
            .denied,
            [
                "UnauthorizedOperation", "AccessDenied", "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch",
                "ExpiredToken", "RequestExpired", "OptInRequired", "InvalidIdentityToken",
            ]
        ),
        (
            .notFound,
            [
                "InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound", "InvalidSubnetID.NotFound",
                "InvalidVpcEndpointServiceId.NotFound", "InvalidServiceName", "InvalidGroup.NotFound",
                "InvalidLoadBalancerArn.NotFound",
            ]
        ),
        (
            .conflict,
            [
                "InvalidIPAddress.InUse", "InsufficientFreeAddressesInSubnet", "VpcEndpointLimitExceeded",
                "IdempotentParameterMismatch", "DependencyViolation", "InvalidState", "IncorrectState",
                "ExistingVpcEndpointConnections",
            ]
        ),
        (
            .invalid,
            [
                "InvalidParameter", "InvalidParameterValue", "MissingParameter", "DuplicateSubnetsInSameZone",
                "InvalidAction", "NeverSeenBefore",
            ]
        ),
    ]

    @Test(arguments: classes) func codesAreClassed(_ kind: CloudError.Kind, _ codes: [String]) {
        for code in codes { #expect(AWSErrorCode(code).kind == kind, "\(code)") }
    }

    @Test func anUnknownCodeWithAStatusOfTheServersIsRetried() {
        #expect(AWSErrorCode("NeverSeenBefore", status: 503).kind == .unavailable)
    }

    private func error(_ status: Int, _ body: String, headers: CloudHeaders = [:]) -> CloudError {
        AWSErrorReply(CloudResponse(status: status, headers: headers, body: Data(body.utf8)))
            .cloudError(of: "DescribeVpcs", now: Timestamp(milliseconds: 0))
    }

    @Test func readsTheFormOfEC2() {
        let error = error(
            400,
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>The subnet ID 'subnet-1' does not \
            exist</Message></Error></Errors><RequestID>0f6a2c4e-1111-2222-3333-444455556666</RequestID></Response>
            """)
        #expect(error.kind == .notFound)
        #expect(error.cloudCode == "InvalidSubnetID.NotFound")
        #expect(error.message == "DescribeVpcs: The subnet ID 'subnet-1' does not exist")
        #expect(error.cloudRequestID == "0f6a2c4e-1111-2222-3333-444455556666")
    }

    @Test func readsTheFormOfSTS() {
        let error = error(
            403,
            """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>\
            <Code>AccessDenied</Code><Message>no</Message></Error><RequestId>12345678-abcd</RequestId></ErrorResponse>
            """)
        #expect(error.kind == .denied)
        #expect(error.cloudCode == "AccessDenied")
        #expect(error.cloudRequestID == "12345678-abcd")
    }

    @Test func readsWhatIsNoXMLByItsStatus() {
        #expect(error(502, "<html>Bad gateway").kind == .unavailable)
        #expect(error(429, "", headers: ["Retry-After": "17"]).retryAfter == .seconds(17))
        #expect(error(429, "").kind == .throttled)
        #expect(error(302, "").kind == .invalid)
    }

    @Test func secretsInMessagesAreHidden() {
        let error = error(
            403,
            "<Response><Errors><Error><Code>AuthFailure</Code><Message>key AKIAIOSFODNN7EXAMPLE Signature=0123abcd</Message>"
                + "</Error></Errors></Response>")
        #expect(!error.message.contains("AKIAIOSFODNN7EXAMPLE"))
        #expect(!error.message.contains("0123abcd"))
    }

    @Test func aReplyThatCannotBeReadIsRetried() throws {
        let response = CloudResponse(status: 200, body: Data("<html>".utf8))
        #expect {
            _ = try XMLReply.decode(DoneReply.self, from: response, of: "X")
        } throws: {
            ($0 as? CloudError)?.kind == .unavailable
        }
    }

    @Test func emptyListsAreRead() throws {
        struct Reply: Decodable {
            let a: Items<AWSPrivateLink.Tag>?
            let b: Items<AWSPrivateLink.Tag>?
            let c: Items<AWSPrivateLink.Tag>?
        }
        let text = "<R><a/><b></b></R>"
        let reply = try XMLReply.decode(
            Reply.self, from: CloudResponse(status: 200, body: Data(text.utf8)), of: "X")
        #expect(reply.a.elements().isEmpty && reply.b.elements().isEmpty && reply.c.elements().isEmpty)
    }

    @Test func entitiesOfAReplyAreNotResolved() throws {
        let text = """
            <!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>
            <DoneReply><requestId>&x;</requestId></DoneReply>
            """
        let reply = try? XMLReply.decode(
            DoneReply.self, from: CloudResponse(status: 200, body: Data(text.utf8)), of: "X")
        #expect(reply?.requestId?.isEmpty != false)
    }
}
