-- Sends the requests of a file one after another: a line is a path, or a path, a tab and a JSON body to post.
-- They are put together before the first is sent, so that sending one costs next to nothing.
-- BENCH_REQUESTS names the file, BENCH_TOKEN is the bearer token. Ends with one line of JSON.

local prepared, sent = {}, 0

function init()
    local headers = {
        ["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN"),
        ["Content-Type"] = "application/json",
    }
    for line in io.lines(os.getenv("BENCH_REQUESTS")) do
        local path, body = line:match("^([^\t]*)\t?(.*)$")
        local method = body == "" and "GET" or "POST"
        prepared[#prepared + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
    end
end

function request()
    sent = sent + 1
    return prepared[(sent - 1) % #prepared + 1]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "p50_ms": %f, "p99_ms": %f}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
