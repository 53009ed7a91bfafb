// Shakes hands as often as it can, from one core: TCP, TLS 1.3, and the end of both, in turn on each of its connections.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// The first ticket that comes, for all connections: servers here let one be used again.
type firstTicket struct {
	session atomic.Pointer[tls.ClientSessionState]
}

func (first *firstTicket) Get(string) (*tls.ClientSessionState, bool) {
	session := first.session.Load()
	return session, session != nil
}

func (first *firstTicket) Put(_ string, session *tls.ClientSessionState) {
	if session != nil {
		first.session.CompareAndSwap(nil, session)
	}
}

func main() {
	address := flag.String("address", "", "host:port")
	name := flag.String("name", "", "SNI")
	seconds := flag.Int("seconds", 1, "how long")
	connections := flag.Int("connections", 16, "how many at once")
	resume := flag.Bool("resume", false, "with a ticket")
	flag.Parse()

	config := &tls.Config{
		ServerName:         *name,
		InsecureSkipVerify: true,
		MinVersion:         tls.VersionTLS13,
		// What all servers know, so that all do the same work.
		CurvePreferences: []tls.CurveID{tls.X25519},
	}
	if *resume {
		config.ClientSessionCache = &firstTicket{}
		if _, err := shake(*address, config); err != nil {
			fail(err)
		}
	}
	var count atomic.Int64
	var wait sync.WaitGroup
	begun := time.Now()
	until := begun.Add(time.Duration(*seconds) * time.Second)
	for range *connections {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for time.Now().Before(until) {
				resumed, err := shake(*address, config)
				if err != nil {
					fail(err)
				}
				if resumed != *resume {
					fail(fmt.Errorf("resumed: %v", resumed))
				}
				count.Add(1)
			}
		}()
	}
	wait.Wait()
	fmt.Printf("%d %d\n", count.Load(), time.Since(begun).Microseconds())
}

// The server's end is waited for: until then it may still have to read the end of the handshake.
func shake(address string, config *tls.Config) (bool, error) {
	tcp, err := net.Dial("tcp", address)
	if err != nil {
		return false, err
	}
	defer tcp.Close()
	tcp.SetDeadline(time.Now().Add(30 * time.Second))
	connection := tls.Client(tcp, config)
	if err := connection.Handshake(); err != nil {
		return false, err
	}
	resumed := connection.ConnectionState().DidResume
	if err := connection.CloseWrite(); err != nil {
		return false, err
	}
	_, err = io.Copy(io.Discard, connection)
	return resumed, err
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
