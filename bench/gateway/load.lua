-- Arguments: a bearer token, then a file with the body if this is to be a POST.
function init(arguments)
  wrk.headers['Authorization'] = 'Bearer ' .. arguments[1]
  if arguments[2] then
    wrk.method = 'POST'
    wrk.headers['Content-Type'] = 'application/json'
    wrk.body = io.open(arguments[2], 'rb'):read('*a')
  end
end

-- Times are in microseconds.
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local line = 'RESULT {"requests":%d,"microseconds":%d,"failed":%d,"p50":%d,"p99":%d}\n'
  io.write(line:format(summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99)))
end
