# SPDX-License-Identifier: ISC
"""The real Nagios, as Debian has it, with a configuration of its own.

It runs in a folder that is thrown away, on no port, as nobody where that
user can read the plugin and the lab.
"""
import ctypes
import os
import pwd
import re
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(SOURCE, 'tools'))

from labkit.debian import find_monitor
from labkit.lab import end_process
from labkit.scenario import LabError

EXAMPLES = os.path.join(SOURCE, 'tools', 'examples', 'nagios')
PATIENCE = 90
STATES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']
MAIN = '''log_file={dir}/nagios.log
object_cache_file={dir}/objects.cache
precached_object_file={dir}/objects.precache
resource_file={dir}/resource.cfg
status_file={dir}/status/status.dat
status_update_interval=1
nagios_user={user}
nagios_group={group}
check_external_commands=0
command_file={dir}/nagios.cmd
query_socket={dir}/nagios.qh
lock_file={dir}/nagios.pid
temp_file={dir}/status/nagios.tmp
temp_path={dir}/status
event_broker_options=0
use_syslog=0
log_initial_states=1
service_inter_check_delay_method=n
host_inter_check_delay_method=n
max_service_check_spread=1
check_result_path={dir}/results
check_result_reaper_frequency=1
retain_state_information=0
execute_host_checks=0
enable_notifications=0
enable_event_handlers=0
check_for_updates=0
check_workers=2
service_check_timeout=60
illegal_macro_output_chars=`~$&|'"<>
'''
SERVICES = '''define timeperiod {{
	timeperiod_name	always
	alias		Always
	sunday		00:00-24:00
	monday		00:00-24:00
	tuesday		00:00-24:00
	wednesday	00:00-24:00
	thursday	00:00-24:00
	friday		00:00-24:00
	saturday	00:00-24:00
}}
define command {{
	command_name	tell-nobody
	command_line	/bin/true
}}
define contact {{
	contact_name			nobody
	host_notification_period	always
	service_notification_period	always
	host_notification_options	n
	service_notification_options	n
	host_notification_commands	tell-nobody
	service_notification_commands	tell-nobody
}}
define host {{
	host_name		lab
	contacts		nobody
	address			127.0.0.1
	max_check_attempts	1
	check_period		always
	notification_period	always
}}
{services}'''
SERVICE = '''define service {{
	host_name		lab
	contacts		nobody
	service_description	{name}
	check_command		check_danelaw!{domain}!{options}
	max_check_attempts	1
	check_interval		60
	retry_interval		60
	notification_interval	60
	check_period		always
	notification_period	always
}}
'''


class Watch:
    """Tells when a file has come into a folder (inotify)."""
    IN_MOVED_TO, IN_CLOSE_WRITE = 0x80, 0x8

    def __init__(self, folder):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_CLOEXEC)
        if self.fd < 0 or libc.inotify_add_watch(
                self.fd, os.fsencode(folder),
                self.IN_MOVED_TO | self.IN_CLOSE_WRITE) < 0:
            raise LabError(f'inotify: {os.strerror(ctypes.get_errno())}')

    def fileno(self):
        return self.fd

    def names(self):
        data, at, names = os.read(self.fd, 65536), 0, set()
        while at < len(data):
            length = struct.unpack_from('iIII', data, at)[3]
            names.add(data[at + 16:at + 16 + length].rstrip(b'\0').decode())
            at += 16 + length
        return names

    def close(self):
        os.close(self.fd)


def read_status(path):
    """{service: (state, plugin output)} of those checked."""
    found = {}
    with open(path, encoding='utf-8', errors='replace') as file:
        text = file.read()
    for block in re.findall(r'^servicestatus \{\n(.*?)^\t\}', text,
                            re.M | re.S):
        fields = dict(line.strip().partition('=')[::2]
                      for line in block.splitlines())
        if fields.get('has_been_checked') == '1':
            found[fields['service_description']] = (
                STATES[int(fields['current_state'])],
                fields['plugin_output'])
    return found


class Nagios:
    EXAMPLES = 1

    def __init__(self, folder, plugin):
        self.program, self.root, self.env = find_monitor(
            os.path.dirname(folder), os.path.basename(folder))
        self.plugin = plugin

    def user(self):
        """nobody, if we may be and it can run the plugin; else ourselves."""
        own = pwd.getpwuid(os.getuid())
        if own.pw_uid != 0:
            return own
        try:
            nobody = pwd.getpwnam('nobody')
            subprocess.run([self.plugin, '--version'], user=nobody.pw_uid,
                           group=nobody.pw_gid, extra_groups=[], check=False,
                           stdout=subprocess.DEVNULL, timeout=60)
        except (KeyError, OSError):
            return own
        return nobody

    def write_config(self, folder, files, user):
        import grp
        for name in ('status', 'results'):
            os.mkdir(os.path.join(folder, name))
        config = MAIN.format(dir=folder, user=user.pw_name,
                             group=grp.getgrgid(user.pw_gid).gr_name)
        config += ''.join(f'cfg_file={file}\n' for file in files)
        write(os.path.join(folder, 'resource.cfg'),
              f'$USER1$={os.path.dirname(self.plugin)}\n')
        write(os.path.join(folder, 'nagios.cfg'), config)
        for place, _, names in os.walk(folder):
            for path in [place] + [os.path.join(place, n) for n in names]:
                os.chown(path, user.pw_uid, user.pw_gid)

    def verify_examples(self):
        """[(what, faults)]: the examples beside Debian's own templates."""
        objects = os.path.join(self.root, 'etc/nagios4/objects')
        with tempfile.TemporaryDirectory(prefix='nagios') as folder:
            files = []
            for name in ('commands', 'contacts', 'timeperiods', 'templates'):
                files.append(os.path.join(objects, name + '.cfg'))
            for name in ('danelaw-command.cfg', 'danelaw-service.cfg'):
                files.append(os.path.join(folder, name))
                shutil.copy(os.path.join(EXAMPLES, name), folder)
            self.write_config(folder, files, self.user())
            done = subprocess.run(
                [self.program, '-v', os.path.join(folder, 'nagios.cfg')],
                env=dict(os.environ, **self.env), capture_output=True,
                text=True, timeout=PATIENCE, check=False)
        faults = []
        if done.returncode or 'Total Errors:   0' not in done.stdout \
                or 'Total Warnings: 0' not in done.stdout:
            faults = (done.stdout + done.stderr).splitlines()
        return [('the examples are taken', faults)]

    def watch(self, checks, wanted):
        """checks: (service, domain, options). Runs until all are as wanted,
        or each was checked; {service: (state, plugin output)}"""
        with tempfile.TemporaryDirectory(prefix='nagios') as folder:
            command = os.path.join(folder, 'danelaw-command.cfg')
            shutil.copy(os.path.join(EXAMPLES, 'danelaw-command.cfg'),
                        command)
            services = os.path.join(folder, 'services.cfg')
            write(services, SERVICES.format(services=''.join(
                SERVICE.format(name=name, domain=domain, options=options)
                for name, domain, options in checks)))
            self.write_config(folder, [command, services], self.user())
            return self.run(folder, wanted)

    def run(self, folder, wanted):
        status = os.path.join(folder, 'status')
        watch = Watch(status)
        libc = ctypes.CDLL(None)
        with open(os.path.join(folder, 'output'), 'w+b') as output:
            process = subprocess.Popen(
                [self.program, os.path.join(folder, 'nagios.cfg')],
                env=dict(os.environ, **self.env), stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
                preexec_fn=lambda: libc.prctl(1, signal.SIGTERM))
            try:
                return self.wait(process, watch, status, wanted, output)
            finally:
                if process.poll() is None:
                    end_process(process.pid)
                process.wait()
                watch.close()

    def wait(self, process, watch, status, wanted, output):
        end, found = os.pidfd_open(process.pid), {}
        deadline = time.monotonic() + PATIENCE
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(watch, selectors.EVENT_READ)
                selector.register(end, selectors.EVENT_READ)
                while set(found) != set(wanted):
                    events = selector.select(
                        max(deadline - time.monotonic(), 0))
                    if not events:
                        return found
                    for key, _ in events:
                        if key.fd == end:
                            output.seek(0)
                            words = output.read()[-2000:].decode()
                            raise LabError(f'nagios4 ended: {words}')
                        if 'status.dat' in watch.names():
                            found = read_status(
                                os.path.join(status, 'status.dat'))
                return found
        finally:
            os.close(end)


def write(path, text):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
