package io.fanatic.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fanatic.netlink.libc.Errno;
import io.fanatic.netlink.libc.ErrnoException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of the conversation, against a kernel made of a script. */
class NetlinkSocketTest {
    private static final int PORT = 4711;
    private static final int OBJECT = 16;
    private static final int ERROR = 2;
    private static final int DONE = 3;
    private static final int MULTI = 0x2;
    private static final int INTERRUPTED = 0x10;
    private static final int CAPPED = 0x100;
    private static final int ACK_TLVS = 0x200;

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final NetlinkSocket socket = new NetlinkSocket(kernel);
    private final ReplyReader<Integer> reader = (reply, found) -> found.add(reply.u32(0));

    /** Answers each request with the next row of datagrams. */
    private static final class ScriptedKernel implements Channel {
        private final Deque<List<Answer>> answers = new ArrayDeque<>();
        private final Deque<Answer> pending = new ArrayDeque<>();
        private final List<Integer> requestFlags = new ArrayList<>();
        private int sequence;
        private boolean closed;

        interface Answer {
            ByteBuffer write(int sequence);
        }

        void answers(Answer... row) {
            answers.add(List.of(row));
        }

        @Override
        public int port() {
            return PORT;
        }

        @Override
        public void send(ByteBuffer request) {
            requestFlags.add((int) request.getShort(6));
            sequence = request.getInt(8);
            pending.addAll(answers.isEmpty() ? List.of() : answers.remove());
        }

        @Override
        public ByteBuffer receive(boolean wait) {
            if (pending.isEmpty()) {
                throw new ErrnoException("receive", Errno.EAGAIN);
            }
            return pending.remove().write(sequence);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static ScriptedKernel.Answer message(int type, int flags, int number) {
        return message(type, flags, number, 0, PORT);
    }

    private static ScriptedKernel.Answer message(int type, int flags, int number, int sequenceOff, int port) {
        return sequence -> new Request().start(type, flags).put32(number).finish(0, sequence + sequenceOff, port);
    }

    private static ScriptedKernel.Answer lost() {
        return sequence -> {
            throw new ErrnoException("receive", Errno.ENOBUFS);
        };
    }

    @Test
    void aChangeIsAcknowledged() {
        kernel.answers(message(ERROR, CAPPED, 0));

        socket.execute("change", socket.request(OBJECT, Request.F_CREATE));

        assertThat(kernel.requestFlags).containsExactly(Request.F_REQUEST | Request.F_CREATE | Request.F_ACK);
    }

    @Test
    void aDumpIsReadToItsEnd() {
        kernel.answers(message(OBJECT, MULTI, 1), message(OBJECT, MULTI, 2), message(DONE, MULTI, 0));

        assertThat(dump()).containsExactly(1, 2);
        assertThat(kernel.requestFlags).containsExactly(Request.F_REQUEST | Request.F_DUMP);
    }

    @Test
    void aSingleObjectNeedsNoEnd() {
        kernel.answers(message(OBJECT, 0, 5));

        assertThat(socket.fetch("look up", socket.request(18, 0), reader)).containsExactly(5);
    }

    @Test
    void anInterruptedDumpIsAskedForAgainAndStartsAfresh() {
        kernel.answers(message(OBJECT, MULTI, 1), message(OBJECT, MULTI | INTERRUPTED, 2), message(DONE, MULTI, 0));
        kernel.answers(message(OBJECT, MULTI, 3), message(DONE, MULTI | INTERRUPTED, 0));
        kernel.answers(message(OBJECT, MULTI, 4), message(DONE, MULTI, 0));

        assertThat(dump()).containsExactly(4);
    }

    @Test
    void aDumpThatNeverHoldsStillIsATypedError() {
        for (int i = 0; i < 20; i++) {
            kernel.answers(message(OBJECT, MULTI | INTERRUPTED, 1), message(DONE, MULTI, 0));
        }

        assertThatThrownBy(this::dump)
                .isInstanceOfSatisfying(
                        DumpInterruptedException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.EINTR))
                .hasMessageContaining("list things")
                .hasMessageContaining("10 tries");
        assertThat(kernel.requestFlags).hasSize(10);
    }

    @Test
    void aDumpOfWhichAPartWasLostIsAskedForAgain() {
        kernel.answers(message(OBJECT, MULTI, 1), lost(), message(OBJECT, MULTI, 2), message(DONE, MULTI, 0));
        kernel.answers(message(OBJECT, MULTI, 3), message(DONE, MULTI, 0));

        assertThat(dump()).containsExactly(3);
    }

    @Test
    void aLostAcknowledgementIsSaidToBeUnknown() {
        kernel.answers(lost());

        assertThatThrownBy(() -> socket.execute("change", socket.request(OBJECT, 0)))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOBUFS))
                .hasMessageContaining("unknown");
    }

    @Test
    void answersToOtherRequestsAndOtherSocketsArePassedOver() {
        kernel.answers(
                message(ERROR, CAPPED, -Errno.EPERM, -1, PORT),
                message(ERROR, CAPPED, -Errno.EPERM, 0, PORT + 1),
                message(OBJECT, MULTI, 1),
                message(DONE, MULTI, 0));

        assertThat(dump()).containsExactly(1);
    }

    @Test
    void silenceIsATimeOut() {
        assertThatThrownBy(() -> socket.execute("change", socket.request(OBJECT, 0)))
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT))
                .hasMessage("change: Timed out (errno 110) (no answer from the kernel within 5 s)");
    }

    @Test
    void theKernelsWordsAndTheAttributesPlaceAreInTheException() {
        kernel.answers(sequence -> new Request()
                .start(ERROR, CAPPED | ACK_TLVS)
                .put32(-Errno.EINVAL)
                .put32(60)
                .put32(0)
                .put32(0)
                .put32(0)
                .string(1, "not like that")
                .u32(2, 36)
                .finish(0, sequence, PORT));

        assertThatThrownBy(() -> socket.execute("change", socket.request(OBJECT, 0)))
                .isInstanceOfSatisfying(NetlinkException.class, e -> {
                    assertThat(e.operation()).isEqualTo("change");
                    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
                    assertThat(e.kernelText()).isEqualTo("not like that");
                    assertThat(e.attributeOffset()).isEqualTo(36);
                })
                .hasMessage("change: Invalid argument (errno 22) (not like that, attribute at byte 36)");
    }

    @Test
    void anErrorThatEchoesTheWholeRequestIsUnderstoodToo() {
        kernel.answers(sequence -> new Request()
                .start(ERROR, ACK_TLVS)
                .put32(-Errno.EINVAL)
                .put32(20)
                .put32(0)
                .put32(0)
                .put32(0)
                .put32(0xabcd)
                .u32(5, 12)
                .finish(0, sequence, PORT));

        assertThatThrownBy(() -> socket.execute("change", socket.request(OBJECT, 0)))
                .hasMessageContaining("attribute 12 is missing");
    }

    @Test
    void aDumpCanFailAtItsEnd() {
        kernel.answers(message(OBJECT, MULTI, 1), message(DONE, MULTI, -Errno.ENODEV));

        assertThatThrownBy(this::dump)
                .isInstanceOfSatisfying(
                        NetlinkException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
    }

    @Test
    void aBrokenMessageLeavesNothingBehindForTheNextRequest() {
        ScriptedKernel.Answer withoutNumber =
                sequence -> new Request().start(OBJECT, MULTI).finish(0, sequence, PORT);
        kernel.answers(message(OBJECT, MULTI, 1), withoutNumber, message(OBJECT, MULTI, 2), message(DONE, MULTI, 0));
        kernel.answers(message(OBJECT, MULTI, 7), message(DONE, MULTI, 0));

        assertThatThrownBy(this::dump).isInstanceOf(MalformedReplyException.class);
        assertThat(kernel.pending).isEmpty();
        assertThat(dump()).containsExactly(7);
    }

    @Test
    void closingClosesTheChannel() {
        socket.close();

        assertThat(kernel.closed).isTrue();
    }

    private List<Integer> dump() {
        return socket.dump("list things", socket.request(18, 0), reader);
    }
}
